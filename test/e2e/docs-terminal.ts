/** A terminal in which the command blocks of the documentation are typed: a folder, a shell, `pchat` on the path, an editor. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { mainFile } from '../support/pchat.ts';

const LINE_LIMIT_MS = 60_000;
/** After the first picture of what only Ctrl-C ends. */
const CTRL_C_MS = 1_500;
const ENDED_BY_CTRL_C = /--watch\b|\bpchat follow\b/;
const LOOK_MS = 50;

/** What a command may end with besides 0: there is something to do, or something is worth a warning. */
const TELLS: Readonly<Record<string, readonly number[]>> = {
  plan: [2],
  runbook: [2],
  'what-if': [2],
  doctor: [1],
};

export interface Typed {
  readonly args: readonly string[];
  readonly code: number;
}

/** Arguments and exit code of each call are kept. What only Ctrl-C ends gets Ctrl-C; the daemon goes on in the background. */
const shim = (log: string, pids: string): string => `#!/bin/bash
main() { "${process.execPath}" "${mainFile}" "$@"; }
case " $* " in
  " run ") "${process.execPath}" "${mainFile}" run > daemon.log 2>&1 & echo $! >> "${pids}"
    for _ in $(seq 300); do [ -e state/control-token ] && break; sleep 0.1; done
    [ -e state/control-token ]; code=$? ;;
  *) main "$@"; code=$? ;;
esac
printf '%s\\t%s\\n' "$code" "$*" >> "${log}"
exit $code
`;

/** Does to a file what the comment behind the command says: one key, one value. */
const editor = (word: string): string => `#!/bin/bash
sed -i "s/primaryDatacenter: .*/primaryDatacenter: ${word}/" "$1"
`;

/** @param pid negative: its whole group */
function end(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

export class DocsTerminal implements Disposable {
  readonly #folder: string;
  readonly #tools = mkdtempSync(path.join(os.tmpdir(), 'pchat-docs-'));
  readonly #env: NodeJS.ProcessEnv;
  readonly #background: ChildProcess[] = [];

  /** @param folder where the commands run, as a person's own */
  constructor(folder: string) {
    this.#folder = folder;
    const bin = path.join(this.#tools, 'bin');
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'pchat'), shim(this.#log, this.#pids), { mode: 0o755 });
    this.#env = {
      ...process.env,
      PATH: `${bin}${path.delimiter}${process.env['PATH'] ?? ''}`,
      EDITOR: path.join(this.#tools, 'editor'),
    };
  }

  get #log(): string {
    return path.join(this.#tools, 'typed');
  }

  get #pids(): string {
    return path.join(this.#tools, 'pids');
  }

  /** The calls of `pchat` so far. */
  get typed(): readonly Typed[] {
    if (!existsSync(this.#log)) return [];
    const lines = readFileSync(this.#log, 'utf8').trimEnd().split('\n');
    return lines.map((line) => {
      const [code, args = ''] = line.split('\t');
      return { code: Number(code), args: args.split(' ') };
    });
  }

  /** Rejects with what was printed when a command ends otherwise than it may; `refused`: when it does not end with an error. */
  async type(text: string, refused = false): Promise<string> {
    const edit = /\$EDITOR \S+ +# +primaryDatacenter: (\w+)/.exec(text)?.[1];
    if (edit !== undefined) writeFileSync(path.join(this.#tools, 'editor'), editor(edit), { mode: 0o755 });
    let output = '';
    for (const line of text.split('\n')) {
      const before = this.typed.length;
      const { code, printed } = await this.#line(line);
      output += printed;
      const calls = this.typed.slice(before);
      const told = calls.at(-1)?.code === code ? calls.at(-1) : undefined;
      const may =
        code === 0 || (told !== undefined && (TELLS[told.args[0] ?? ''] ?? []).includes(code ?? -1));
      if (refused ? code === 0 : !may)
        throw new Error(
          `${line}\nended with ${String(code)}${refused ? ', which should be refused' : ''}:\n${printed.slice(-3_000)}`,
        );
    }
    return output;
  }

  /** Starts what goes on until the end of the terminal; resolves once `file` is there. */
  async background(command: string, file: string): Promise<void> {
    const endMs = performance.now() + LINE_LIMIT_MS;
    const child = spawn('bash', ['-c', command], {
      cwd: this.#folder,
      env: this.#env,
      stdio: 'ignore',
      detached: true,
    });
    this.#background.push(child);
    while (!existsSync(path.join(this.#folder, file))) {
      if (performance.now() > endMs || child.exitCode !== null)
        throw new Error(`${command} brought no ${file}`);
      await setTimeout(LOOK_MS);
    }
  }

  async #line(line: string): Promise<{ readonly code: number | null; readonly printed: string }> {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', line], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const looked = ENDED_BY_CTRL_C.test(line);
    let ctrlC: NodeJS.Timeout | undefined;
    let printed = '';
    const take = (chunk: Buffer): void => {
      printed += chunk.toString();
      if (looked) ctrlC ??= globalThis.setTimeout(() => end(-(child.pid ?? 0), 'SIGINT'), CTRL_C_MS);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const late = globalThis.setTimeout(() => end(-(child.pid ?? 0)), LINE_LIMIT_MS);
    const [code] = (await once(child, 'exit')) as [number | null];
    clearTimeout(late);
    clearTimeout(ctrlC);
    // Whoever was ended by Ctrl-C says so in different ways; what counts is that it had something to show.
    return { code: looked && printed !== '' ? 0 : code, printed };
  }

  [Symbol.dispose](): void {
    for (const { pid } of this.#background) if (pid !== undefined) end(-pid);
    if (existsSync(this.#pids))
      for (const pid of readFileSync(this.#pids, 'utf8').trimEnd().split('\n')) end(Number(pid));
    rmSync(this.#tools, { recursive: true, force: true });
  }
}
