/** What changes of a pool go into the journal, and only when they change: generation, plan with ledger, evidence, conditions. */
import type { Journal, JournalBody } from '../ports/journal.ts';
import type { PoolDecision } from '../reconciler/decide-pool.ts';
import { lossSeen } from '../reconciler/loss-seen.ts';
import { stepKey } from '../reconciler/step-id.ts';
import type { Condition } from '../topology/condition.ts';
import type { PlanPrediction } from '../topology/forecast.ts';
import { isSignOfLife, verdictWords, type Verdict } from '../topology/evidence.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import { SITES, type DesiredPool, type PoolTopology, type Site } from '../topology/pool-topology.ts';
import { standingDecisions } from './decisions.ts';
import { planFingerprint, type RoundLog } from './round-log.ts';
import { endedTransition, uncountedFailover } from './step-history.ts';
import { RememberedSight } from './remembered-sight.ts';

/** What makes a plan another plan; reasons, counters of the search and one more log backup that the plan applies do not. */
function planKey(pool: DesiredPool, { plan, ledger }: PoolDecision): string {
  const steps = 'steps' in plan ? plan.steps.map(stepKey) : [];
  const obstacles = plan.kind === 'blocked' ? plan.obstacles.map((o) => [o.variable, o.actual]) : [];
  const lines = ledger.lines
    .filter(({ kind }) => kind !== 'salvageable')
    .map((line) => [line.kind, line.file]);
  return JSON.stringify([pool.generation, plan.kind, steps, obstacles, lines, ledger.lostFiles]);
}

interface Decided {
  readonly decision: PoolDecision;
  readonly conditions: readonly Condition[];
  readonly prediction: PlanPrediction;
  readonly facts: PoolFacts;
}

export class PoolRecord {
  readonly #journal: Journal;
  readonly #log: RoundLog;
  #planKey = '';
  #written = '';
  /** Verdict with level, as it was written last. */
  readonly #verdicts: Record<Site, string> = { home: 'alive', backup: 'alive' };
  #conditions: readonly Condition[] = [];
  /** Number of the transition whose loss was written last. */
  #counted = 0;
  readonly #sight: RememberedSight;

  constructor(journal: Journal, log: RoundLog) {
    this.#journal = journal;
    this.#log = log;
    this.#sight = new RememberedSight({
      records: () => journal.records(),
      write: (body) => {
        this.#write(body);
      },
    });
  }

  /** The facts, with what sources that are silent now said last, whichever daemon saw it. */
  seen(pool: PoolTopology, facts: PoolFacts): PoolFacts {
    return this.#sight.join(pool, facts);
  }

  generation(pool: DesiredPool): void {
    const { topology, generation, origin, revision, primarySite, declared } = pool;
    const last = this.#journal
      .records()
      .findLast(
        (record) =>
          (record.kind === 'generation' || record.kind === 'removed') && record.pool === topology.name,
      );
    // Where it came from counts, too: a break-glass is not what the source declared, although both may say the same.
    const same = last?.kind === 'generation' && last.origin === origin;
    if (same && last.generation.counter === generation.counter && last.generation.hash === generation.hash)
      return;
    const primaryDatacenter = topology.sites[primarySite].datacenter;
    this.#log.info('generation', {
      generation: generation.counter,
      hash: generation.hash,
      primaryDatacenter,
      commit: revision?.commit,
    });
    this.#write({
      kind: 'generation',
      pool: topology.name,
      generation,
      origin,
      revision,
      primarySite,
      primaryDatacenter,
      declared,
    });
  }

  decided(pool: DesiredPool, round: string, { decision, conditions, prediction, facts }: Decided): void {
    const { name } = pool.topology;
    // Before the plan that says so: at rest is what ends a transition.
    const ended =
      decision.plan.kind === 'converged' ? endedTransition(this.#journal.records(), name) : undefined;
    if (ended !== undefined) this.#write(ended);
    this.#lossSeen(pool, facts);
    const key = planKey(pool, decision);
    if (key !== this.#planKey) this.#plan(pool, round, decision, prediction);
    this.#evidence(pool, decision);
    this.#changedConditions(pool, conditions);
  }

  /** Right before a step: exactly the plan and the ledger that it rests on, even when only minutes have changed. */
  beforeStep(pool: DesiredPool, round: string, decision: PoolDecision, prediction: PlanPrediction): void {
    if (JSON.stringify([decision.plan, decision.ledger]) !== this.#written)
      this.#plan(pool, round, decision, prediction);
  }

  /** Once for each failover, as soon as home shows what it held. */
  #lossSeen(pool: DesiredPool, facts: PoolFacts): void {
    const { name } = pool.topology;
    const failover = uncountedFailover(this.#journal.records(), name);
    if (failover === undefined || failover.seq === this.#counted) return;
    const seen = lossSeen(pool, facts);
    if (seen === undefined) return;
    this.#counted = failover.seq;
    const { generation, predicted } = failover;
    this.#write({
      kind: 'loss-seen',
      pool: name,
      generation,
      predictedMinutes: predicted.lossMinutes,
      ...seen,
    });
  }

  #plan(pool: DesiredPool, round: string, decision: PoolDecision, prediction: PlanPrediction): void {
    const { plan, ledger } = decision;
    this.#planKey = planKey(pool, decision);
    this.#written = JSON.stringify([plan, ledger]);
    const steps = 'steps' in plan ? plan.steps.map(stepKey) : [];
    this.#log.now({ fingerprint: planFingerprint(this.#planKey) });
    this.#log.info('plan', { plan: plan.kind, steps, lossMinutes: ledger.lossMinutes });
    this.#write({
      kind: 'plan',
      pool: pool.topology.name,
      round,
      generation: pool.generation,
      plan,
      ledger,
      ...(steps.length === 0 ? {} : { prediction }),
    });
  }

  #evidence(pool: DesiredPool, { reduction }: PoolDecision): void {
    for (const site of SITES) {
      const { verdict, level, signs, copies } = reduction.evidence[site];
      const words = verdictWords({ verdict, level });
      const living = copies.filter((copy) => isSignOfLife(copy.verdict)).map(({ instance }) => instance);
      if (words === this.#verdicts[site] && !this.#voids(pool, site, verdict, living)) continue;
      this.#verdicts[site] = words;
      this.#log.warn('evidence', { site, verdict, evidenceLevel: level });
      const said = signs.map((sign) => `${sign.source}: ${sign.says}: ${sign.detail}`);
      this.#write({ kind: 'evidence', pool: pool.topology.name, site, verdict, level, living, signs: said });
    }
  }

  /** A sign of life ends an attestation for good, also when this daemon never saw the site or the instance down. */
  #voids(pool: DesiredPool, site: Site, verdict: Verdict, living: readonly string[]): boolean {
    if (!isSignOfLife(verdict)) return false;
    return standingDecisions(this.#journal.records(), pool.topology.name).some(
      (decision) =>
        decision.decision === 'attest-down' &&
        decision.site === site &&
        (decision.instance === undefined || living.includes(decision.instance)),
    );
  }

  #changedConditions(pool: DesiredPool, conditions: readonly Condition[]): void {
    for (const condition of conditions) {
      const before = this.#conditions.find((other) => other.type === condition.type);
      const { type, status, reason, message } = condition;
      if (status === (before?.status ?? 'False') && (before === undefined || reason === before.reason))
        continue;
      this.#write({ kind: 'condition', pool: pool.topology.name, type, status, reason, message });
    }
    this.#conditions = conditions;
  }

  /** Reporting goes on without the journal; steps do not, because their intent must be written first. */
  #write(body: JournalBody): void {
    this.#journal.append(body).catch((error: unknown) => {
      this.#log.error('journal', { err: error, kind: body.kind });
    });
  }
}
