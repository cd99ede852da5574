/**
 * The management shell as a child process that speaks docs/management-shell-protocol.md: started on demand, one answer for
 * each id, started anew after a death, a broken frame or a missed deadline. Knows nothing of the cmdlets.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Clock } from '../ports/clock.ts';
import type {
  CmdletAnswer,
  CmdletRequest,
  InvokeOptions,
  ManagementShell,
} from '../ports/management-shell.ts';
import { PoolError, type ErrorCode } from '../topology/pool-error.ts';
import { classifyStartFailure } from '../topology/cmdlet-failure.ts';
import { readableStderr } from './shell-diagnosis.ts';
import { answerOf, parseFrame, requestLine, type ShellFrame } from './shell-frames.ts';

export interface ManagementShellSettings {
  readonly command: string;
  readonly args: readonly string[];
  /** Names of variables that hold secrets of this daemon: the child gets the rest of its environment. */
  readonly withheldVariables?: readonly string[];
  /** Lines that the child reads before any request. */
  readonly preamble?: readonly string[];
  /** ms from start to hello. */
  readonly startDeadlineMs: number;
  /** What its last words on stderr mean; undefined: nothing in particular. */
  readonly diagnose?: (stderr: string) => ErrorCode | undefined;
}

/** `progress`: CLIXML on stderr that says nothing else. */
export type ShellLog = (
  event: 'started' | 'ended' | 'ignored-line' | 'stderr' | 'progress',
  detail: string,
) => void;

interface Pending {
  readonly request: CmdletRequest;
  readonly settle: (frame: ShellFrame | PoolError) => void;
}

/** A line this long is no protocol of ours. */
const LONGEST_LINE = 32 * 1024 * 1024;
/** Characters of stderr that are kept for the message of an early end. */
const LAST_WORDS = 8192;
/** ms between closing the child's input and ending it. */
const GRACE_MS = 1000;

/** It was sent, so its outcome is not known; the cause says why no answer came. */
const unanswered = (why: ErrorCode, message: string): PoolError =>
  new PoolError('PCO_OUTCOME_UNKNOWN', message, { cause: new PoolError(why, message) });

/** On Windows names of variables compare without case. */
function environmentWithout(names: readonly string[]): NodeJS.ProcessEnv {
  const withheld = new Set(names.map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !withheld.has(name.toLowerCase())),
  );
}

class ShellChild {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #log: ShellLog;
  readonly #diagnose: NonNullable<ManagementShellSettings['diagnose']>;
  readonly #pending = new Map<string, Pending>();
  readonly #hello = Promise.withResolvers<string>();
  /** Parts of a line whose end has not come; joined once, so that a long line costs no more than its length. */
  #rest: string[] = [];
  #restLength = 0;
  #next = 1;
  #lastWords = '';
  #greeted = false;
  #elevated: boolean | undefined;
  alive = true;
  /** Frames answered so far: a child that answers others is alive, even when one request hangs. */
  answers = 0;

  constructor(settings: ManagementShellSettings, log: ShellLog) {
    this.#log = log;
    this.#diagnose = settings.diagnose ?? (() => undefined);
    this.#child = spawn(settings.command, settings.args, {
      stdio: 'pipe',
      windowsHide: true,
      shell: false,
      env: environmentWithout(settings.withheldVariables ?? []),
    });
    // Nobody may wait for the hello any more when the child dies later.
    this.#hello.promise.catch(() => undefined);
    this.#child.on('error', (error) => this.end(`could not be started: ${error.message}`));
    this.#child.on('exit', (code, signal) => {
      if (this.#greeted) this.#ended(code, signal);
    });
    // Before the hello its last words say why, and they may come after its end.
    this.#child.on('close', (code, signal) => this.#ended(code, signal));
    this.#child.stdin.on('error', (error) => this.end(`does not read: ${error.message}`));
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    for (const line of settings.preamble ?? []) this.#child.stdin.write(`${line}\n`);
  }

  #hear(text: string): void {
    this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS);
    const readable = readableStderr(text);
    this.#log(readable === '' ? 'progress' : 'stderr', readable.slice(0, 500));
  }

  #ended(code: number | null, signal: string | null): void {
    const how = `ended with ${signal ?? `code ${code ?? '?'}`}`;
    const words = readableStderr(this.#lastWords);
    const why = this.#diagnose(words) ?? (this.#greeted ? 'PCO_SHELL_DIED' : 'PCO_SHELL_UNAVAILABLE');
    this.end(words === '' ? how : `${how}: ${words.slice(-500)}`, why);
  }

  /** undefined: it did not say. */
  get elevated(): boolean | undefined {
    return this.#elevated;
  }

  /** Resolves with the shell's name once it has said hello. */
  get hello(): Promise<string> {
    return this.#hello.promise;
  }

  #read(text: string): void {
    const [first = '', ...lines] = text.split('\n');
    this.#rest.push(first);
    this.#restLength += first.length;
    for (const next of lines) {
      const line = this.#rest.join('');
      this.#rest = [next];
      this.#restLength = next.length;
      if (!this.alive) return;
      this.#line(line.endsWith('\r') ? line.slice(0, -1) : line);
    }
    if (this.#restLength > LONGEST_LINE) this.end('wrote a line without end');
  }

  #line(text: string): void {
    // .NET writes a byte order mark where the console's encoding is set to UTF-8.
    const line = text.startsWith('\uFEFF') ? text.slice(1) : text;
    const frame = parseFrame(line);
    switch (frame.kind) {
      case 'noise':
        this.#log('ignored-line', line.slice(0, 200));
        return;
      case 'broken':
        this.end(`wrote a broken frame: ${frame.problem}`);
        return;
      case 'hello':
        this.#log('started', frame.shell);
        this.#greeted = true;
        this.#elevated = frame.elevated;
        this.#hello.resolve(frame.shell);
        return;
      case 'failed':
        this.end(`does not start: ${frame.message}`, classifyStartFailure(frame.errorId));
        return;
      case 'answer':
        this.answers += 1;
        // An answer that nobody waits for belongs to a request that was given up.
        this.#pending.get(frame.id)?.settle(frame);
        this.#pending.delete(frame.id);
        return;
    }
  }

  send(request: CmdletRequest, settle: Pending['settle']): string {
    const id = (this.#next++).toString();
    this.#pending.set(id, { request, settle });
    this.#child.stdin.write(requestLine(id, request));
    return id;
  }

  /** Nobody waits for it any more; a child that waits for a computer that is gone may never answer. */
  forget(id: string): void {
    this.#pending.delete(id);
  }

  /** Ends the child at once; every open request has an unknown outcome. */
  end(reason: string, code: ErrorCode = 'PCO_SHELL_UNAVAILABLE'): void {
    if (!this.alive) return;
    this.alive = false;
    this.#log('ended', reason);
    this.#hello.reject(new PoolError(code, `the management shell ${reason}`));
    for (const { request, settle } of this.#pending.values()) {
      settle(unanswered(code, `the management shell ${reason}; ${request.cmdlet} was open`));
    }
    this.#pending.clear();
    this.#child.stdin.destroy();
    this.#child.kill('SIGKILL');
  }

  /** Closes the input, as the protocol says, and ends the child when it has not gone after a while. */
  async stop(clock: Clock): Promise<void> {
    if (!this.alive) return;
    const gone = Promise.withResolvers<undefined>();
    const over = new AbortController();
    this.#child.once('exit', () => gone.resolve(undefined));
    this.#child.stdin.end();
    const late = clock.sleep(GRACE_MS, over.signal).catch(() => undefined);
    await Promise.race([gone.promise, late]);
    over.abort();
    this.end('was stopped');
  }
}

export class ChildManagementShell implements ManagementShell {
  readonly #settings: ManagementShellSettings;
  readonly #clock: Clock;
  readonly #log: ShellLog;
  #child: ShellChild | undefined;
  #stopped = false;

  constructor(settings: ManagementShellSettings, clock: Clock, log: ShellLog = () => undefined) {
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
  }

  async invoke(request: CmdletRequest, options: InvokeOptions): Promise<CmdletAnswer> {
    using deadline = this.#clock.deadline(options.deadlineMs, options.signal);
    const child = await this.#ready(deadline.signal);
    if (deadline.signal.aborted) throw this.#notSent(request, deadline.expired);
    options.leave?.();
    const answered = Promise.withResolvers<ShellFrame | PoolError>();
    const answeredBefore = child.answers;
    const onAbort = (): void => {
      const why = deadline.expired ? 'did not answer in time' : 'was interrupted';
      // Whatever a living shell waits for: another computer, if there is one.
      const lacking = request.computer == null ? 'PCO_SHELL_TIMEOUT' : 'PCO_COMPUTER_UNREACHABLE';
      // Silent to everybody since we asked: stuck, so it is replaced. One that answers others merely waits for a computer that is gone.
      if (deadline.expired && child.answers === answeredBefore)
        child.end(`let ${request.cmdlet} pass its deadline`, 'PCO_SHELL_TIMEOUT');
      answered.resolve(unanswered(deadline.expired ? lacking : 'PCO_CANCELLED', `${request.cmdlet} ${why}`));
    };
    deadline.signal.addEventListener('abort', onAbort, { once: true });
    const id = child.send(request, answered.resolve);
    try {
      const frame = await answered.promise;
      if (frame instanceof PoolError) throw frame;
      return answerOf(request.cmdlet, frame, child.elevated);
    } finally {
      child.forget(id);
      deadline.signal.removeEventListener('abort', onAbort);
    }
  }

  /** The running child once it has said hello; a new one when there is none. */
  async #ready(signal: AbortSignal): Promise<ShellChild> {
    if (this.#stopped) throw new PoolError('PCO_SHELL_UNAVAILABLE', 'the management shell was stopped');
    if (this.#child?.alive !== true) this.#child = this.#start();
    const child = this.#child;
    const aborted = Promise.withResolvers<never>();
    const onAbort = (): void =>
      aborted.reject(new PoolError('PCO_SHELL_UNAVAILABLE', 'the management shell did not start in time'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([child.hello, aborted.promise]);
      return child;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #start(): ShellChild {
    const child = new ShellChild(this.#settings, this.#log);
    const settled = new AbortController();
    const stopWatching = (): void => settled.abort();
    child.hello.then(stopWatching, stopWatching);
    this.#clock.sleep(this.#settings.startDeadlineMs, settled.signal).then(
      () => child.end(`said no hello within ${this.#settings.startDeadlineMs} ms`),
      () => undefined,
    );
    return child;
  }

  #notSent(request: CmdletRequest, expired: boolean): PoolError {
    return expired
      ? new PoolError('PCO_SHELL_UNAVAILABLE', `${request.cmdlet} was not sent in time`)
      : new PoolError('PCO_CANCELLED', `${request.cmdlet} was not sent`);
  }

  /** Bounded; afterwards nothing is started any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#child?.stop(this.#clock);
  }
}
