/** The states that a pool can be found in, brought about one after the other on one estate before one daemon. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { findDaemon } from '../../src/cli/daemon-client.ts';
import { composePorts } from '../../src/daemon/compose-ports.ts';
import { createLogger } from '../../src/daemon/logger.ts';
import { parseSettings } from '../../src/desired-state/parse-settings.ts';
import type { DecisionRequest, PoolStatus } from '../../src/reconciler/pool-status.ts';
import { withPrimaryDatacenter } from '../../src/simulator/estate/desired-document.ts';
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import type { ConditionType } from '../../src/topology/condition.ts';
import type { InstanceName } from '../../src/topology/pool-topology.ts';
import { pchat } from '../support/pchat.ts';
import { onlyOnShare } from '../wire/kill-points.ts';
import { WireStage } from '../wire/wire-stage.ts';

export const POOL = 'contoso-chat';
const FACTOR = 60;
const PAR_1 = 'sql-par-1.contoso.com';
const PAR_2 = 'sql-par-2.contoso.com';
/** No job of backup takes them: what only the share has is for the plan, however long all of this lasts. */
const NEVER_COPIED = { backupEveryMinutes: 3, copyEveryMinutes: 1_440, restoreEveryMinutes: 1_440 };
/** ms; every wait for a state asks for a round this often, so that the daemon can be at rest otherwise. */
const RESYNC_MS = 300;

/** An estate whose daemon looks by itself so seldom that one look can be compared three times. */
export const openStatesStage = (): Promise<WireStage> =>
  WireStage.open({
    seed: 'states',
    factor: FACTOR,
    overrides: { ...NEVER_COPIED, speed: { ...DEFAULT_ESTATE.speed, minimumMs: 50 * FACTOR } },
    // A busy machine is no lost party.
    durations: {
      connect: '700ms',
      instance: '3s',
      folder: '3s',
      shell: '6s',
      chatServer: '4s',
      pollInterval: '10s',
    },
    document: { drainTimeout: '0s', stepTimeout: '10s' },
    limitMs: 60_000,
  });

/** What a person in front of the estate does. */
export class Hands {
  readonly stage: WireStage;
  #nextResyncMs = 0;

  constructor(stage: WireStage) {
    this.stage = stage;
  }

  async fault(command: string): Promise<void> {
    await this.stage.estate.fault(command);
  }

  /** Lines of the policy that are others; `null`: taken out. Resolves when the daemon has read it. */
  policy(lines: Readonly<Record<string, string | null>>): Promise<void> {
    return this.#edit((text) => Object.entries(lines).reduce(withPolicy, text));
  }

  wanted(datacenter: string): Promise<void> {
    return this.#edit((text) => withPrimaryDatacenter(text, datacenter));
  }

  async #edit(change: (text: string) => string): Promise<void> {
    const before = (await this.stage.status())?.generation.counter ?? 0;
    const text = readFileSync(this.stage.playground.documents.desiredFile, 'utf8');
    if (change(text) === text) return;
    this.stage.rewrite(change);
    await this.stage.until(
      'the edit',
      async () => ((await this.stage.status())?.generation.counter ?? 0) > before,
    );
  }

  async decide(
    request:
      | { readonly decision: 'approve' | 'cancel' | 'suspend' | 'resume' }
      | { readonly decision: 'keep'; readonly site: 'backup' },
  ): Promise<void> {
    const client = await findDaemon(this.stage.playground.documents.journalDirectory);
    const whole: DecisionRequest = {
      pool: POOL,
      by: 'ann',
      reason: 'to see it',
      expiresAt: null,
      ...request,
    };
    await client?.decide(whole);
  }

  async command(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await pchat(
      ...args,
      '--settings',
      this.stage.playground.documents.settingsFile,
    );
    if (code !== 0) throw new Error(`pchat ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
    return stdout;
  }

  async sql(instance: string, text: string): Promise<void> {
    const { settingsFile } = this.stage.playground.documents;
    const settings = parseSettings(readFileSync(settingsFile, 'utf8'), settingsFile);
    const host = composePorts(settings, createLogger('error'));
    try {
      const { signal } = new AbortController();
      await using connection = await host.ports.sql.open(instance as InstanceName, signal);
      const statement = { name: 'by-hand', text, parameters: {}, mode: 'batch' as const };
      await connection.run(statement, { signal, deadlineMs: 10_000 });
    } finally {
      await host.close();
    }
  }

  /** Waits for the state, and lets the daemon look meanwhile. */
  async sees(what: string, seen: (pool: PoolStatus) => boolean): Promise<void> {
    await this.stage.until(what, async () => {
      const pool = await this.stage.status();
      if (pool !== undefined && settled(pool) && seen(pool)) return true;
      await this.#resync();
      return false;
    });
  }

  async #resync(): Promise<void> {
    if (performance.now() < this.#nextResyncMs) return;
    this.#nextResyncMs = performance.now() + RESYNC_MS;
    const [address, token] = ['control-address', 'control-token'].map((name) => this.journalText(name));
    await fetch(`${address ?? ''}/api/v1/pools/${POOL}/resync`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token ?? ''}` },
    });
  }

  journalText(name: string): string {
    return readFileSync(path.join(this.stage.playground.documents.journalDirectory, name), 'utf8').trim();
  }

  /** The unfinished copy of a log backup, as a folder stands where it has to be written. */
  get blockedCopy(): string {
    const { estate } = this.stage;
    const [first = ''] = onlyOnShare(estate);
    return path.join(estate.folders.get(estate.state().options.copyFolder) ?? '', `${first}.wrk`);
  }
}

const settled = (pool: PoolStatus): boolean => pool.observedGeneration?.hash === pool.generation.hash;

function withPolicy(text: string, [key, value]: readonly [string, string | null]): string {
  const bare = text.replace(new RegExp(`^      ${key}: .*\n`, 'm'), '');
  return value === null ? bare : bare.replace(/^    policy:\n/m, `    policy:\n      ${key}: ${value}\n`);
}

export interface EstateState {
  readonly name: string;
  readonly bring: (hands: Hands) => Promise<void> | void;
  readonly when: (pool: PoolStatus) => boolean;
  /** What the page has to call it, by hand. */
  readonly word: string;
}

const holds = (type: ConditionType) => (pool: PoolStatus) =>
  pool.conditions.some((one) => one.type === type && one.status === 'True');
const unseen = (name: string) => (pool: PoolStatus) => pool.facts?.instances[name]?.kind === 'unknown';
const gated = (code: string) => (pool: PoolStatus) => pool.plan?.kind === 'steps' && pool.gate?.code === code;
const verdict = (site: 'home' | 'backup', word: string) => (pool: PoolStatus) =>
  pool.evidence?.[site].verdict === word;
const atRest = (pool: PoolStatus): boolean =>
  pool.state === 'converged' && holds('Observed')(pool) && pool.running.length === 0;

let blocked = '';

/** In an order in which each begins where the one before ended. */
export const STATES: readonly EstateState[] = [
  { name: 'converged', bring: () => undefined, when: atRest, word: 'converged' },
  {
    name: 'mirror of home down',
    bring: (hands) => hands.fault('down instance sql-par-2'),
    when: (pool) => unseen(PAR_2)(pool) && pool.plan?.kind !== 'converged',
    word: 'waits',
  },
  {
    name: 'witness of home down',
    bring: async (hands) => {
      await hands.fault('up instance sql-par-2');
      await hands.fault('down instance sql-par-w');
    },
    when: (pool) => unseen('sql-par-w.contoso.com')(pool) && !unseen(PAR_2)(pool),
    word: 'converged',
  },
  {
    name: 'share not seen',
    bring: async (hands) => {
      await hands.fault('up instance sql-par-w');
      await hands.fault('down share');
    },
    when: ({ facts }) =>
      facts?.share.kind === 'unknown' && facts.instances['sql-par-w.contoso.com']?.kind === 'value',
    word: 'not all seen',
  },
  {
    name: 'management shell not seen',
    bring: async (hands) => {
      await hands.fault('up share');
      await hands.fault('down shell');
    },
    when: ({ facts }) => facts?.poolState.kind === 'unknown' && facts.share.kind === 'value',
    word: 'blocked, not seen',
  },
  {
    name: 'home cut off from the daemon',
    bring: async (hands) => {
      await hands.fault('up shell');
      await hands.fault('cut link daemon-home');
    },
    when: (pool) => pool.facts?.poolState.kind === 'value' && verdict('home', 'partitioned')(pool),
    word: 'blocked, not seen',
  },
  {
    name: 'backup site lost',
    bring: async (hands) => {
      await hands.fault('heal link daemon-home');
      await hands.fault('down site backup');
    },
    when: (pool) => verdict('home', 'alive')(pool) && verdict('backup', 'down')(pool),
    word: 'blocked, site lost',
  },
  {
    name: 'drift, observed only',
    bring: async (hands) => {
      await hands.fault('return site backup');
      await hands.sees('everything again', atRest);
      await hands.policy({ mode: 'observe' });
      await hands.sql(PAR_1, 'ALTER DATABASE [mgc] SET PARTNER SUSPEND;');
    },
    when: (pool) => pool.drift.length > 0 && gated('ObserveOnly')(pool),
    word: 'held',
  },
  {
    name: 'drift, asks',
    bring: (hands) => hands.policy({ mode: 'propose' }),
    when: gated('ApprovalNeeded'),
    word: 'asks',
  },
  {
    name: 'drift, suspended',
    bring: async (hands) => {
      await hands.policy({ mode: 'act' });
      await hands.decide({ decision: 'suspend' });
    },
    when: gated('Suspended'),
    word: 'held',
  },
  {
    name: 'stopped by the switch',
    bring: async (hands) => {
      await hands.policy({ mode: 'propose' });
      await hands.command('stop', '--as', 'ann', '--reason', 'to see it');
      await hands.decide({ decision: 'resume' });
    },
    when: gated('StopSwitch'),
    word: 'held',
  },
  {
    name: 'planned move, outside of its window',
    bring: async (hands) => {
      await hands.policy({
        mode: 'act',
        changeWindows: "[{ cron: '0 0 29 2 *', duration: 1m, timeZone: Europe/Paris }]",
      });
      await hands.wanted('lyon');
      await hands.command('go');
    },
    when: gated('OutsideWindow'),
    word: 'held',
  },
  {
    name: 'planned move, asks',
    bring: (hands) => hands.policy({ mode: 'propose', changeWindows: null }),
    when: gated('ApprovalNeeded'),
    word: 'asks',
  },
  {
    name: 'planned move, a second person is asked',
    bring: async (hands) => {
      await hands.policy({ approvals: '2' });
      await hands.sees('the question', gated('ApprovalNeeded'));
      await hands.decide({ decision: 'approve' });
    },
    when: gated('SecondPersonNeeded'),
    word: 'asks',
  },
  {
    name: 'home lost, and wanted there',
    bring: async (hands) => {
      await hands.policy({ approvals: null });
      await hands.wanted('paris');
      await hands.stage.until(
        'log backups that only the share has',
        () => onlyOnShare(hands.stage.estate).length > 1,
      );
      blocked = hands.blockedCopy;
      mkdirSync(blocked, { recursive: true });
      await hands.fault('down site home');
    },
    when: (pool) => verdict('home', 'down')(pool) && pool.primarySite === 'home',
    word: 'blocked, site lost',
  },
  {
    name: 'failover blocked, for nobody has proven it',
    bring: async (hands) => {
      await hands.policy({ evidence: 'proven' });
      await hands.wanted('lyon');
    },
    when: ({ plan, primarySite }) => plan?.kind === 'blocked' && primarySite === 'backup',
    word: 'blocked, site lost',
  },
  {
    name: 'failover, cancelled',
    bring: async (hands) => {
      await hands.policy({ evidence: 'silent' });
      await hands.sees('the question', gated('ApprovalNeeded'));
      await hands.decide({ decision: 'cancel' });
    },
    when: gated('Cancelled'),
    word: 'held',
  },
  {
    name: 'failover, the loss is asked about',
    bring: (hands) => hands.policy({ mode: 'act', maxDataLoss: '0s' }),
    when: gated('LossAboveBound'),
    word: 'asks',
  },
  {
    name: 'steps run',
    bring: (hands) => hands.policy({ maxDataLoss: '4h' }),
    when: ({ running }) => running.some(({ fraction }) => fraction === 1),
    word: 'step runs',
  },
  {
    name: 'a step has failed',
    bring: () => undefined,
    when: ({ lastError, running }) => lastError !== null && running.length === 0,
    word: 'step failed',
  },
  {
    name: 'failed over',
    bring: async (hands) => {
      rmSync(blocked, { recursive: true });
      await hands.decide({ decision: 'resume' });
    },
    when: (pool) => pool.state === 'converged' && pool.primarySite === 'backup',
    word: 'site lost',
  },
  {
    name: 'home is back, and the fence is asked about',
    bring: async (hands) => {
      await hands.policy({ mode: 'propose' });
      await hands.fault('return site home');
    },
    when: gated('ApprovalNeeded'),
    word: 'asks',
  },
  {
    name: 'failed over, home fenced',
    bring: (hands) => hands.policy({ mode: 'act' }),
    when: (pool) => atRest(pool) && pool.primarySite === 'backup' && verdict('home', 'alive')(pool),
    word: 'converged',
  },
  {
    name: 'a person must name the copy to keep',
    bring: async (hands) => {
      await hands.policy({ failback: 'minimal' });
      await hands.wanted('paris');
    },
    when: ({ conditions }) =>
      conditions.some(({ reason, status }) => reason === 'DecisionNeeded' && status === 'True'),
    word: 'blocked',
  },
  {
    name: 'home again',
    bring: (hands) => hands.decide({ decision: 'keep', site: 'backup' }),
    when: (pool) => atRest(pool) && pool.primarySite === 'home',
    word: 'converged',
  },
];
