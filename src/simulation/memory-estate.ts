/**
 * The estate's pure model running in memory: hands inputs to it one at a time, keeps its state, gives its outputs to whoever
 * waits for them, and wakes it when the simulated clock reaches what it asked for. No socket, no file, no child process.
 */
import type {
  CmdletOutcome,
  EstateFiles,
  EstateInput,
  EstateOutput,
  LoginRequest,
  Party,
  SqlRequest,
} from '../simulator/estate-contract.ts';
import type { SqlToken } from '../simulator/sql-tokens.ts';
import type { MemoryFolders } from './memory-folders.ts';
import type { SimulatedClock } from './simulated-clock.ts';

export interface PureEstate<State> {
  readonly initial: State;
  step(
    state: State,
    input: EstateInput,
    nowMs: number,
    files: EstateFiles,
  ): { readonly state: State; readonly outputs: readonly EstateOutput[] };
  nextWakeAt(state: State): number | undefined;
}

/** What happens on one connection; a listener is called in the order of the model's outputs. */
export type ConnectionEvent =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly errors: readonly SqlToken[] }
  | { readonly kind: 'tokens'; readonly tokens: readonly SqlToken[] }
  | { readonly kind: 'dropped' };

type Listener = (event: ConnectionEvent) => void;

/** One event of the estate, with everything that it did. */
export interface EstateStepSeen<State> {
  readonly before: State;
  readonly after: State;
  readonly input: EstateInput;
}

export class MemoryEstate<State> {
  readonly #pure: PureEstate<State>;
  readonly #clock: SimulatedClock;
  readonly #folders: MemoryFolders;
  readonly #listeners = new Map<string, Listener>();
  readonly #cmdlets = new Map<string, (outcome: CmdletOutcome) => void>();
  #state: State;
  #wake: { readonly atMs: number; readonly cancel: () => void } | undefined;
  #connections = 0;
  #cmdletIds = 0;
  /** A cmdlet that was under way in the world from which this one was taken keeps its name; no other may get it, ms. */
  readonly #beganMs: number;
  /** Called after every event, when its files are written. */
  onStep: ((seen: EstateStepSeen<State>) => void) | undefined;

  constructor(pure: PureEstate<State>, clock: SimulatedClock, folders: MemoryFolders) {
    this.#pure = pure;
    this.#clock = clock;
    this.#beganMs = clock.now();
    this.#folders = folders;
    this.#state = pure.initial;
    this.input({ kind: 'tick' });
  }

  get state(): State {
    return this.#state;
  }

  input(input: EstateInput): void {
    const before = this.#state;
    const { state, outputs } = this.#pure.step(before, input, this.#clock.now(), this.#folders);
    this.#state = state;
    for (const output of outputs) this.#deliver(output);
    this.onStep?.({ before, after: state, input });
    this.#schedule();
  }

  fault(command: string): void {
    this.input({ kind: 'fault', command });
  }

  /** Opens a connection; its login is answered through the listener. Returns the connection's name. */
  login(instance: string, party: Party, request: LoginRequest, listener: Listener): string {
    this.#connections += 1;
    const connection = `c${this.#connections}`;
    this.#listeners.set(connection, listener);
    this.input({ kind: 'login', instance, connection, party, request });
    return connection;
  }

  request(instance: string, connection: string, request: SqlRequest): void {
    this.input({ kind: 'request', instance, connection, request });
  }

  attention(instance: string, connection: string): void {
    this.input({ kind: 'attention', instance, connection });
  }

  disconnect(instance: string, connection: string): void {
    if (!this.#listeners.delete(connection)) return;
    this.input({ kind: 'disconnect', instance, connection });
  }

  cmdlet(
    cmdlet: string,
    parameters: Readonly<Record<string, unknown>>,
    computer: string | undefined,
    answered: (outcome: CmdletOutcome) => void,
  ): void {
    this.#cmdletIds += 1;
    const id = `s${this.#beganMs}-${this.#cmdletIds}`;
    this.#cmdlets.set(id, answered);
    this.input({ kind: 'cmdlet', id, cmdlet, parameters, computer });
  }

  #deliver(output: EstateOutput): void {
    switch (output.kind) {
      case 'tokens':
        this.#listeners.get(output.connection)?.({ kind: 'tokens', tokens: output.tokens });
        return;
      case 'login-accepted':
        this.#listeners.get(output.connection)?.({ kind: 'accepted' });
        return;
      case 'login-refused':
        this.#drop(output.connection, { kind: 'refused', errors: output.errors });
        return;
      case 'drop':
        this.#drop(output.connection, { kind: 'dropped' });
        return;
      case 'cmdlet-answer': {
        const answered = this.#cmdlets.get(output.id);
        this.#cmdlets.delete(output.id);
        answered?.(output.answer);
        return;
      }
      case 'file':
        this.#folders.apply(output.operation);
        return;
      case 'attention-acknowledged':
      case 'post-answer':
      case 'note':
        return;
    }
  }

  #drop(connection: string, event: ConnectionEvent): void {
    const listener = this.#listeners.get(connection);
    this.#listeners.delete(connection);
    listener?.(event);
  }

  #schedule(): void {
    const atMs = this.#pure.nextWakeAt(this.#state);
    if (atMs === this.#wake?.atMs) return;
    this.#wake?.cancel();
    this.#wake = undefined;
    if (atMs === undefined) return;
    const cancel = this.#clock.after(atMs - this.#clock.now(), () => {
      this.#wake = undefined;
      this.input({ kind: 'tick' });
    });
    this.#wake = { atMs, cancel };
  }
}
