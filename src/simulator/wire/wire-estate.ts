/**
 * The simulated estate on the wire: the pure model on a clock that runs `factor` times faster than the wall's, TDS servers on
 * loopback ports, folders on disk, a control port. Wiring only; everything that happens is decided by stepEstate.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { EstateFiles, EstateInput, EstateOutput } from '../estate-contract.ts';
import { accountFor, foldersOf, type EstateAccount } from '../estate/checker.ts';
import { createEstate } from '../estate/create-estate.ts';
import type { EstateOverrides } from '../estate/estate-options.ts';
import type { EstateState } from '../estate/estate-state.ts';
import { folderReach } from '../estate/links.ts';
import { nextWakeAt, stepEstate } from '../estate/step-estate.ts';
import type { EncryptionMode } from '../tds/prelogin.ts';
import { ControlServer } from './control-server.ts';
import { DiskFolders } from './disk-folders.ts';
import { EstateClock, wallNow } from './estate-clock.ts';
import { estateStatus } from './estate-status.ts';
import { InstanceServers, type InstanceAddress } from './instance-servers.ts';
import { makeCertificate, makePassword, windowsDomain, type CertificateOptions } from './wire-secrets.ts';

export interface WireEstateOptions {
  /** Holds the folders, `ca.pem` and `sql-password`; created when missing. */
  readonly directory: string;
  /** Estate seconds per real second; 1 or more. 0: time stands still until `skip`. */
  readonly factor: number;
  readonly seed: string;
  readonly options?: EstateOverrides;
  /** Other names or another age of the certificate. */
  readonly certificate?: Partial<CertificateOptions>;
  /** Default 'on'. */
  readonly encryption?: EncryptionMode;
  /** Refused faults and what the model remarks. */
  readonly onNote?: (text: string) => void;
}

export interface PostOutcome {
  readonly acknowledged: boolean;
  readonly message: string;
}

export interface WireEstate {
  /** By the names in the desired state. */
  readonly instances: Readonly<Record<string, InstanceAddress>>;
  readonly caFile: string;
  readonly passwordFile: string;
  readonly controlPort: number;
  /** Windows folder -> directory where the daemon finds it. */
  readonly folders: ReadonlyMap<string, string>;
  /** Every folder by its Windows name, as it really is, whoever can reach it. */
  readonly files: EstateFiles;
  /** Program and arguments of the management shell's child. */
  readonly shellCommand: readonly string[];
  /** The estate's own time, ms. */
  now(): number;
  /** Called after every event, when its files are written. */
  watch(look: (seen: EstateEvent) => void): void;
  /** Time goes at once to the next instant at which something happens; false: nothing ever will. */
  skip(): boolean;
  /** Resolves when ports have followed; throws with the grammar when the command is unknown or impossible. */
  fault(command: string): Promise<void>;
  post(client: string, text: string): PostOutcome;
  state(): EstateState;
  status(): Readonly<Record<string, unknown>>;
  checker(): EstateAccount;
  stop(): Promise<void>;
}

/** One event of the estate, with everything that it did. */
export interface EstateEvent {
  readonly before: EstateState;
  readonly after: EstateState;
  readonly input: EstateInput;
}

class RunningEstate {
  readonly clock: EstateClock;
  readonly folders: DiskFolders;
  readonly servers: InstanceServers;
  readonly control: ControlServer;
  readonly #onNote: (text: string) => void;
  state: EstateState;
  look: ((seen: EstateEvent) => void) | undefined;

  constructor(state: EstateState, options: WireEstateOptions) {
    this.state = state;
    this.#onNote = options.onNote ?? (() => undefined);
    this.clock = new EstateClock(state.nowMs, options.factor);
    this.folders = new DiskFolders(options.directory, foldersOf(state));
    this.servers = new InstanceServers(
      (input) => void this.input(input),
      () => this.state,
    );
    this.control = new ControlServer({
      cmdlet: (id, { cmdlet, parameters, computer }) =>
        void this.input({ kind: 'cmdlet', id, cmdlet, parameters, computer: computer ?? undefined }),
      shellIsUp: () => this.state.shell !== 'down',
      fault: (command) => this.fault(command),
      post: (client, text) => this.post(client, text),
      status: () => estateStatus(this.state),
      checker: () => accountFor(this.state, this.folders),
    });
  }

  input(input: EstateInput): readonly EstateOutput[] {
    const before = this.state;
    const { state, outputs } = stepEstate(before, input, this.clock.now(), this.folders);
    this.state = state;
    for (const output of outputs) this.#deliver(output);
    if (input.kind === 'fault') this.#followFault(before);
    this.look?.({ before, after: state, input });
    this.clock.wakeAt(nextWakeAt(this.state), () => void this.input({ kind: 'tick' }));
    return outputs;
  }

  #deliver(output: EstateOutput): void {
    switch (output.kind) {
      case 'file':
        this.folders.apply(output.operation);
        return;
      case 'cmdlet-answer':
        this.control.answerCmdlet(output.id, output.answer);
        return;
      case 'note':
        this.#onNote(output.text);
        return;
      case 'post-answer':
        return;
      default:
        this.servers.deliver(output);
    }
  }

  /** Only faults change who can reach what. */
  #followFault(before: EstateState): void {
    this.folders.show((folder) => folderReach(this.state, 'daemon', folder));
    this.servers.follow();
    if (this.state.shell === 'down' && before.shell !== 'down') this.control.shellDown();
  }

  fault(command: string): void {
    const refused = this.input({ kind: 'fault', command }).find((output) => output.kind === 'note');
    if (refused !== undefined) throw new Error(refused.text);
  }

  post(client: string, text: string): PostOutcome {
    const answer = this.input({ kind: 'post', client, text }).find((output) => output.kind === 'post-answer');
    return { acknowledged: answer?.acknowledged ?? false, message: answer?.message ?? 'no answer' };
  }

  async stop(): Promise<void> {
    this.clock.stop();
    await Promise.all([this.servers.stop(), this.control.stop()]);
  }
}

/** Compiled or not, the child stands beside this folder. */
const childFile = (): string => {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../management-shell/child.${extension}`, import.meta.url));
};

export async function startWireEstate(options: WireEstateOptions): Promise<WireEstate> {
  mkdirSync(options.directory, { recursive: true });
  const { password, passwordFile } = makePassword(options.directory);
  const state = createEstate({
    startAtMs: wallNow(),
    ...options.options,
    seed: options.seed,
    sqlPassword: password,
  });
  const { tls, caFile } = await makeCertificate(options.directory, {
    hostNames: ['localhost', ...Object.keys(state.instances).map((name) => name.split('\\')[0] ?? name)],
    ...options.certificate,
  });
  const running = new RunningEstate(state, options);
  const { domain } = running.state.options;
  await running.servers.start({
    tls,
    encryption: options.encryption ?? 'on',
    domain: domain && windowsDomain(domain, () => running.clock.now()),
  });
  const controlPort = await running.control.listen();
  running.input({ kind: 'tick' });
  return {
    instances: running.servers.addresses,
    caFile,
    passwordFile,
    controlPort,
    folders: running.folders.mounts,
    files: running.folders,
    shellCommand: [process.execPath, childFile(), '--port', String(controlPort)],
    now: () => running.clock.now(),
    watch(look) {
      running.look = look;
    },
    skip: () => running.clock.skip(),
    async fault(command) {
      running.fault(command);
      await running.servers.settled();
    },
    post: (client, text) => running.post(client, text),
    state: () => running.state,
    status: () => estateStatus(running.state),
    checker: () => accountFor(running.state, running.folders),
    stop: () => running.stop(),
  };
}
