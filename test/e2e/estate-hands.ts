/** An estate for states, and what a person in front of it does: faults, edits, decisions, SQL, and waiting for what they bring. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findDaemon } from '../../src/cli/daemon-client.ts';
import { composePorts } from '../../src/daemon/compose-ports.ts';
import { createLogger } from '../../src/daemon/logger.ts';
import { parseSettings } from '../../src/desired-state/parse-settings.ts';
import type { DecisionRequest, PoolStatus } from '../../src/reconciler/pool-status.ts';
import { withPrimaryDatacenter } from '../../src/simulator/estate/desired-document.ts';
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import type { InstanceName } from '../../src/topology/pool-topology.ts';
import { pchat } from '../support/pchat.ts';
import { onlyOnShare } from '../wire/kill-points.ts';
import { WireStage } from '../wire/wire-stage.ts';

export const POOL = 'contoso-chat';
const FACTOR = 60;
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
      // What moves by itself is left alone: it looks as often as it must.
      if (pool?.plan?.kind !== 'steps' || pool.gate?.kind !== 'proceed') await this.#resync();
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
  return value === null ? bare : bare.replace(/^ {4}policy:\n/m, `    policy:\n      ${key}: ${value}\n`);
}
