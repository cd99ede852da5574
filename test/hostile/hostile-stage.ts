/**
 * One estate on the wire for a whole file, and for each case a pool observer of its own in which one instance stands behind
 * something hostile; all other instances, folders and the management shell are shared and healthy.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ChildManagementShell } from '../../src/connections/management-shell.ts';
import { MappedBackupFiles } from '../../src/connections/mapped-backup-files.ts';
import type { InstanceConnectionSettings } from '../../src/connections/driver-settings.ts';
import { DriverInstances } from '../../src/connections/sql-connection.ts';
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import {
  createPoolObserver,
  type ObserverOptions,
  type PoolObserver,
} from '../../src/observers/observe-pool.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { BackupFiles } from '../../src/ports/backup-files.ts';
import type { CmdletAnswer, CmdletRequest, ManagementShell } from '../../src/ports/management-shell.ts';
import { observeInstance, OWN_PROGRAM } from '../../src/statements/observe-instance.ts';
import type { SqlAnswer, SqlConnection } from '../../src/ports/sql-connection.ts';
import { desiredDocument } from '../../src/simulator/estate/desired-document.ts';
import { startWireEstate, type WireEstate } from '../../src/simulator/wire/wire-estate.ts';
import type { Observed } from '../../src/topology/known.ts';
import { poolFactsSchema, type PoolFacts } from '../../src/topology/pool-facts.ts';
import type { DesiredPool, InstanceName } from '../../src/topology/pool-topology.ts';

export const VICTIM = 'sql-par-1.contoso.com' as InstanceName;

/** Of a hurried stand: short, so that a case in which nothing comes costs less than a second. */
const DEADLINES = { instanceDeadlineMs: 400, connectDeadlineMs: 300 } as const;
/** A calm stand has so many times as long: what is answered at all is answered by then, however busy the machine is. */
const CALM = 15;
/** What a machine may add that runs five other things beside this test; a round that waits for a hung source never ends. */
export const BUSY_MS = 3_000;
/** What a hurried round may last: the instance's deadline, the grace of its cancel, and a busy machine. */
export const ROUND_LIMIT_MS = DEADLINES.instanceDeadlineMs + 1_000 + BUSY_MS;

export interface Round {
  readonly facts: PoolFacts;
  readonly tookMs: number;
}

export interface Stand extends AsyncDisposable {
  /** From now on its deadlines are short; it begins calm. */
  hurry(): void;
  calm(): void;
  round(): Promise<Round>;
}

export class HostileStage implements AsyncDisposable {
  readonly estate: WireEstate;
  readonly pool: DesiredPool;
  readonly files: BackupFiles;
  readonly shell: ChildManagementShell;
  readonly #directory: string;
  readonly #healthy: DriverInstances;
  readonly #asked = new Map<string, Promise<CmdletAnswer>>();
  readonly #looked = new Map<string, Promise<SqlAnswer>>();

  private constructor(directory: string, estate: WireEstate) {
    this.#directory = directory;
    this.estate = estate;
    const parsed = parseDesiredState(desiredDocument(estate.state().options), 'desired-state.yaml');
    const [pool] = parsed.kind === 'ok' ? parsed.pools : [];
    if (pool === undefined) throw new Error('the estate has no pool');
    this.pool = pool;
    this.files = new MappedBackupFiles(Object.fromEntries(estate.folders));
    const [command = '', ...args] = estate.shellCommand;
    this.shell = new ChildManagementShell({ command, args, startDeadlineMs: 10_000 }, hostClock);
    this.#healthy = new DriverInstances(
      (name) => this.connection(name, { connectDeadlineMs: 5_000, queryDeadlineMs: 5_000 }),
      hostClock,
    );
  }

  /** @param factor estate seconds per real second */
  static async open(factor = 1): Promise<HostileStage> {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'pchat-hostile-'));
    return new HostileStage(directory, await startWireEstate({ directory, factor, seed: 'hostile' }));
  }

  connection(
    instance: InstanceName,
    other: Partial<InstanceConnectionSettings> = {},
  ): InstanceConnectionSettings {
    return {
      host: '127.0.0.1',
      port: this.estate.instances[instance]?.port ?? 0,
      serverName: instance,
      user: 'pchat-operator',
      password: () => this.password,
      caPem: readFileSync(this.estate.caFile, 'utf8'),
      encrypt: true,
      connectDeadlineMs: DEADLINES.connectDeadlineMs,
      queryDeadlineMs: DEADLINES.instanceDeadlineMs,
      ...other,
    };
  }

  /** Opens what all cases share, so that the first of them are as fast as the last. @param measure taken when all is at rest */
  async warmUp<T>(measure: () => T): Promise<T> {
    const stand = this.stand(
      { connectDeadlineMs: 5_000, queryDeadlineMs: 5_000 },
      {},
      { instanceDeadlineMs: 5_000 },
    );
    for (let turn = 0; turn < 5; turn += 1) {
      if (unknownSources((await stand.round()).facts).length === 0) break;
    }
    await stand[Symbol.asyncDispose]();
    return measure();
  }

  /** What the victim answers to the observing batch. */
  async recordVictim(): Promise<SqlAnswer> {
    const { chatDatabase, complianceDatabase } = this.pool.topology;
    const databases = [...new Set([chatDatabase, complianceDatabase])];
    const statement = observeInstance({ chatDatabases: [chatDatabase], databases, program: OWN_PROGRAM });
    const { signal } = new AbortController();
    return this.#healthy.observer(VICTIM).run(statement, { signal, deadlineMs: 5_000 });
  }

  /** What the shell was asked by now, as [cmdlet, computer, parameters], and the objects that it answered with. */
  recordedCmdlets(): Promise<(readonly [string, CmdletAnswer['objects']])[]> {
    return Promise.all([...this.#asked].map(async ([key, answer]) => [key, (await answer).objects] as const));
  }

  get password(): string {
    return readFileSync(this.estate.passwordFile, 'utf8').trim();
  }

  /** An observer whose victim is reached by `settings`, everything else as it is. */
  stand(
    settings: Partial<InstanceConnectionSettings>,
    ports: { readonly shell?: ManagementShell; readonly files?: BackupFiles } = {},
    options: Partial<ObserverOptions> = {},
  ): Stand {
    let hurried = false;
    const clock: Clock = {
      ...hostClock,
      deadline: (ms, signal) => hostClock.deadline(hurried ? ms : ms * CALM, signal),
    };
    const connectDeadlineMs = (): number => DEADLINES.connectDeadlineMs * (hurried ? 1 : CALM);
    const hostile = new DriverInstances(
      (name) => this.connection(name, { connectDeadlineMs: connectDeadlineMs(), ...settings }),
      clock,
    );
    const observer = createPoolObserver(
      {
        sql: {
          observer: (name) => (name === VICTIM ? hostile.observer(name) : this.#lookedAtOnce(name)),
          open: (name, signal) => (name === VICTIM ? hostile : this.#healthy).open(name, signal),
        },
        shell: ports.shell ?? { invoke: (request, options) => this.#askOnce(request, options) },
        files: ports.files ?? this.files,
        clock,
      },
      { instanceDeadlineMs: DEADLINES.instanceDeadlineMs, ...options },
    );
    return {
      hurry: () => (hurried = true),
      calm: () => (hurried = false),
      round: () => this.round(observer),
      [Symbol.asyncDispose]: async () => {
        observer.close();
        await hostile[Symbol.asyncDispose]();
      },
    };
  }

  /** As with the shell: what is not on trial answers a question once, over a real connection. */
  #lookedAtOnce(instance: InstanceName): SqlConnection {
    return {
      run: (statement, options) => {
        const key = `${instance} ${statement.text}`;
        const answer = this.#looked.get(key) ?? this.#healthy.observer(instance).run(statement, options);
        this.#looked.set(key, answer);
        answer.catch(() => this.#looked.delete(key));
        return answer;
      },
    };
  }

  /** The real child answers each question once for all cases: it is another source than the one on trial. */
  #askOnce(
    request: CmdletRequest,
    options: { signal: AbortSignal; deadlineMs: number },
  ): Promise<CmdletAnswer> {
    const { cmdlet, computer = null, parameters } = request;
    const key = JSON.stringify([cmdlet, computer, parameters]);
    const answer = this.#asked.get(key) ?? this.shell.invoke(request, options);
    this.#asked.set(key, answer);
    answer.catch(() => this.#asked.delete(key));
    return answer;
  }

  async round(observer: PoolObserver): Promise<Round> {
    const startMs = hostClock.monotonicMs();
    const facts = await observer.observe(this.pool.topology, new AbortController().signal);
    return { facts: poolFactsSchema.parse(facts), tookMs: hostClock.monotonicMs() - startMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#healthy[Symbol.asyncDispose]();
    await this.shell.stop();
    await this.estate.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** Every source of the facts by name. The comparison is none: it asks for two copies that can be read, and a healthy pool has one. */
export function sourcesOf(facts: PoolFacts): ReadonlyMap<string, Observed<unknown>> {
  return new Map<string, Observed<unknown>>([
    ...Object.entries(facts.instances),
    ...Object.entries(facts.chatServers),
    ['share', facts.share],
    ['copyFolder', facts.copyFolder],
    ['quarantine home', facts.quarantine.home],
    ['quarantine backup', facts.quarantine.backup],
    ['poolState', facts.poolState],
  ]);
}

export const unknownSources = (facts: PoolFacts): string[] =>
  [...sourcesOf(facts)].filter(([, look]) => look.kind === 'unknown').map(([name]) => name);

export const victimOf = (facts: PoolFacts): { readonly code: string; readonly reason: string } => {
  const look = facts.instances[VICTIM];
  return look?.kind === 'unknown' ? look : { code: 'a value', reason: '' };
};
