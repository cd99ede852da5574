/**
 * One case: links are cut in an estate with a daemon that has seen it whole, every time-out passes, the links heal, and the play goes
 * on until the pool rests. Judged after every event by the estate's true state.
 */
import type { JournalRecord } from '../../src/ports/journal.ts';
import type { PoolStatus } from '../../src/reconciler/pool-status.ts';
import { POOL } from '../../src/simulation/failover-story.ts';
import { servedBy } from '../../src/simulation/judge-facts.ts';
import { WorldJudge } from '../../src/simulation/judge-world.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedDaemon } from '../../src/simulation/simulated-daemon.ts';
import { SimulatedWorld, type WorldSnapshot } from '../../src/simulation/simulated-world.ts';
import { keyOf, missingIn } from '../../src/simulator/estate/checker.ts';
import type { EstateState } from '../../src/simulator/estate/estate-state.ts';
import { askedLinks } from '../../src/simulator/estate/links.ts';
import { EDITS, type Situation } from './beginnings.ts';
import { bitOfCut, cutsOf, type LinkSet } from './links.ts';

export type EvidenceLevel = 'silent' | 'proven';

export interface Case {
  readonly situation: Situation;
  readonly evidence: EvidenceLevel;
  readonly cut: LinkSet;
}

export interface CasePlayed {
  /** Links that made a difference to somebody while they were cut: a case that cuts the same of these is the same play. */
  readonly asked: LinkSet;
  /** A silent site was concluded; only then does it matter which evidence the policy names. */
  readonly silenceMet: boolean;
  readonly violations: readonly string[];
  /** ms of two copies that clients could reach and write; made by the daemon's own deed, or by home's return. */
  readonly twoWriters: { readonly ms: number; readonly by: 'nobody' | 'step' | 'world' };
  readonly ending: string;
  /** The end was known: from such a world, in which nothing had been done yet, it had been played before. */
  readonly endKnown: boolean;
  readonly simulatedMs: number;
  /** Until the links healed; nobody asks for a cut link after that. */
  readonly journal: string;
}

/** How plays end that had begun nothing when the links healed, by what the first plan after that was made of. */
export type KnownEnds = Map<string, string>;

const SECOND_MS = 1_000;
/** The daemon looks at the whole estate first. */
const LEAD_MS = 12 * SECOND_MS;
/** Home's return, in the situation that has one: a failover that nothing holds up has just ended then. */
const RETURN_AFTER_MS = 130 * SECOND_MS;
/** Longer than silentAfter and all that a move does then, or one step's time-out; so every other time-out has passed too. */
const CUT_MS: Readonly<Record<Situation, number>> = {
  steady: 120 * SECOND_MS,
  failover: 180 * SECOND_MS,
  switchover: 180 * SECOND_MS,
  failback: 180 * SECOND_MS,
};
const RESYNC_MS = 20 * SECOND_MS;
const LOOK_EVERY_MS = 5 * SECOND_MS;
/** Longer than any pause between two looks. */
const RESTS_FOR_MS = 45 * SECOND_MS;
const SETTLES_WITHIN_MS = 40 * 60 * SECOND_MS;
const SEED = 43;

/** Deeds that only a move between the sites does. */
const MOVES =
  /^(Set-CsPersistentChatState|Set-CsPersistentChatActiveServer|recovered@.*|restore-database@.*)$/;

class Play {
  readonly world: SimulatedWorld;
  readonly judge: WorldJudge;
  readonly #case: Case;
  readonly #begin: EstateState;
  readonly #daemon: SimulatedDaemon;
  readonly #violations: string[] = [];
  #asked: LinkSet = 0;
  #silenceMet = false;
  #intents = 0;
  #healedAt: { readonly intents: number; readonly journal: string } | undefined;
  readonly #ends: KnownEnds;
  /** What the first plan after the heal was made of; undefined: something had been done before, or messages are missing. */
  #firstPlan: string | undefined;

  constructor(from: WorldSnapshot, played: Case, ends: KnownEnds) {
    this.#case = played;
    this.#ends = ends;
    this.world = new SimulatedWorld({
      ...from,
      document: from.document.replace('evidence: silent', `evidence: ${played.evidence}`),
    });
    this.#begin = this.world.state;
    this.judge = new WorldJudge(this.world, played);
    if (played.situation === 'failback') this.judge.edited('backup');
    this.#followWriters();
    this.#daemon = new SimulatedDaemon(this.world, {
      random: new SeededRandom(SEED),
      resyncMs: RESYNC_MS,
      onLook: () => this.#noteEvidence(),
      onAppend: (record, moment) => this.#journalled(record, moment),
    });
  }

  status(): PoolStatus | undefined {
    return this.#daemon.daemon.pool(POOL);
  }

  get broken(): boolean {
    return this.judge.violations.length > 0 || this.#violations.length > 0;
  }

  #followWriters(): void {
    const judged = this.world.estate.onStep;
    this.world.estate.onStep = (seen) => {
      judged?.(seen);
      const { before, after } = seen;
      const ended = before.writable.atTwoSites && !after.writable.atTwoSites;
      if (ended && this.#healedAt !== undefined && this.#intents > this.#healedAt.intents + 1)
        this.#violations.push('two writers were ended, but not by the first step after sight returned');
    };
  }

  #noteEvidence(): void {
    const { evidence } = this.status() ?? {};
    this.#silenceMet ||= evidence?.home.level === 'silent' || evidence?.backup.level === 'silent';
  }

  #journalled(record: JournalRecord, moment: 'before' | 'after'): void {
    if (record.kind !== 'intent') return;
    if (moment === 'after') this.#intents += 1;
    else if (this.#healedAt !== undefined && this.#intents === 0) this.#firstPlan = this.#planned();
  }

  get knownEnd(): string | undefined {
    return this.#firstPlan === undefined ? undefined : this.#ends.get(this.#firstPlan);
  }

  /** The planner's view, all of it known, and where each copy stands. */
  #planned(): string | undefined {
    const { state } = this.world;
    const { situation, evidence } = this.#case;
    const values = Object.entries(this.status()?.variables ?? {}).map(
      ([name, { value }]) => `${name} ${value}`,
    );
    if (
      values.some((one) => one.endsWith(' unknown')) ||
      state.writable.totalMs > this.#begin.writable.totalMs
    )
      return undefined;
    if (
      this.judge.unaccounted(servedBy(state, state.cms.poolState === 'Normal' ? 'home' : 'backup')).length > 0
    )
      return undefined;
    const copies = Object.values(state.instances).map(({ name, databases }) => {
      const copy = databases[state.options.chatDatabase.toLowerCase()];
      return [name, copy?.state, copy?.mirroring?.role, copy?.mirroring?.state].join(' ');
    });
    return [situation, evidence, ...copies, ...values].join('|');
  }

  async pass(ms: number): Promise<void> {
    const { clock } = this.world;
    const end = clock.monotonicMs() + ms;
    await clock.run(() => this.broken || this.knownEnd !== undefined || clock.monotonicMs() >= end, ms);
  }

  async cutAndHeal(): Promise<void> {
    const { estate, clock } = this.world;
    const cuts = cutsOf(this.#case.cut);
    // A cut of nothing is a fault as well: the estate looks at everything, whichever links are cut.
    const [others = 'daemon-share'] = cuts;
    askedLinks.listener = (link) => (this.#asked |= bitOfCut(link));
    try {
      estate.fault(cuts.length === 0 ? `heal link ${others}` : `cut link ${cuts.join(', ')}`);
      this.#edit();
      if (this.#case.situation === 'failover')
        clock.after(RETURN_AFTER_MS, () => estate.fault('return site home'));
      await this.pass(CUT_MS[this.#case.situation]);
    } finally {
      askedLinks.listener = undefined;
    }
    estate.fault(`heal link ${cuts.length === 0 ? others : cuts.join(', ')}`);
    this.#healedAt = { intents: this.#intents, journal: this.world.disk.text() };
  }

  #edit(): void {
    const site = EDITS[this.#case.situation];
    if (site === undefined) return;
    this.judge.edited(site);
    this.world.setPrimaryDatacenter(this.world.state.options.sites[site].datacenter);
  }

  /** Until nothing happens any more; how it ended. */
  async settle(): Promise<string> {
    const { clock } = this.world;
    const endMs = clock.monotonicMs() + SETTLES_WITHIN_MS;
    let rest: { readonly ending: string; readonly sinceMs: number; readonly intents: number } | undefined;
    while (clock.monotonicMs() < endMs && !this.broken) {
      await this.pass(LOOK_EVERY_MS);
      if (this.knownEnd !== undefined) return this.knownEnd;
      const ending = endingOf(this.world, this.status());
      if (ending === undefined || ending !== rest?.ending || rest.intents !== this.#intents)
        rest =
          ending === undefined ? undefined : { ending, sinceMs: clock.monotonicMs(), intents: this.#intents };
      else if (clock.monotonicMs() - rest.sinceMs >= RESTS_FOR_MS) return ending;
    }
    if (!this.broken) this.#violations.push(`neither converged nor a question: ${describe(this.status())}`);
    return 'stuck';
  }

  judgeEnd(ending: string): void {
    const { state } = this.world;
    if (state.writable.atTwoSites) this.#violations.push('rests with two copies open to clients');
    const converged = ending === 'converged';
    const serving = servedBy(state, state.cms.poolState === 'Normal' ? 'home' : 'backup');
    const unnamed = converged ? this.#unnamed(serving) : [];
    if (unnamed.length > 0)
      this.#violations.push(
        `${String(unnamed.length)} messages are missing that nobody named, ${unnamed[0] ?? ''} first`,
      );
    if (this.#case.situation === 'steady') this.#judgeSteady(converged);
    if (this.#case.evidence === 'proven' && state.writable.totalMs > this.#begin.writable.totalMs)
      this.#violations.push('two writers under policy proven, and nobody attested');
  }

  /** What the serving copy lacks, lies in no quarantine, and in no file that a ledger called lost. */
  #unnamed(serving: string | undefined): readonly string[] {
    const { state, folders, disk } = this.world;
    const unaccounted = new Set(this.judge.unaccounted(serving));
    const ledgers = disk.lines.join();
    const named = (path: string): boolean =>
      ledgers.includes(`"kind":"unreachable-file","file":"${path.slice(path.lastIndexOf('\\') + 1)}"`);
    // The other site's copy holds more, and nothing overwrites it before a person has decided.
    const held = (instance: string): boolean => {
      const holds = this.status()?.variables[`${state.hosts[instance]?.site ?? ''}.holds`]?.value;
      return instance !== serving && holds !== undefined && holds !== 'nothing';
    };
    return missingIn(state, folders, serving)
      .filter(({ message }) => unaccounted.has(keyOf(message)))
      .filter(({ files, copies }) => !files.some(named) && !copies.some(held))
      .map(({ message, files }) => [keyOf(message), ...files].join(' in '));
  }

  #judgeSteady(converged: boolean): void {
    const { counts } = this.world.state;
    const moved = Object.keys(counts).filter(
      (deed) => MOVES.test(deed) && counts[deed] !== this.#begin.counts[deed],
    );
    if (moved.length > 0)
      this.#violations.push(`moved between sites although nobody asked: ${moved.join(', ')}`);
    if (!converged) this.#violations.push('armed after the heal although nobody asked for anything');
  }

  /** To be called when the end was judged. */
  keepEnd(ending: string): void {
    if (this.#firstPlan !== undefined && !this.broken) this.#ends.set(this.#firstPlan, ending);
  }

  result(ending: string, endKnown: boolean): CasePlayed {
    const { world, judge } = this;
    const ms = world.state.writable.totalMs - this.#begin.writable.totalMs;
    const byStep = judge.exceptions.length > 0;
    return {
      asked: this.#asked,
      silenceMet: this.#silenceMet,
      violations: [
        ...judge.violations.map(({ invariant, what }) => `${invariant}: ${what}`),
        ...this.#violations,
      ],
      twoWriters: { ms, by: byStep ? 'step' : ms === 0 ? 'nobody' : 'world' },
      ending,
      endKnown,
      simulatedMs: world.clock.monotonicMs(),
      journal: this.#healedAt?.journal ?? world.disk.text(),
    };
  }

  end(): void {
    this.#daemon.crash();
  }
}

function endingOf(world: SimulatedWorld, status: PoolStatus | undefined): string | undefined {
  if (status === undefined || status.observedGeneration?.hash !== status.generation.hash) return undefined;
  if (!world.document.text.includes(`primaryDatacenter: ${status.datacenters[status.primarySite]}\n`))
    return undefined;
  if (status.state === 'converged') return 'converged';
  const { plan, gate } = status;
  if (plan?.kind === 'blocked' && plan.obstacles.length > 0)
    return `asks: ${[...new Set(plan.obstacles.map(({ wayOut }) => wayOut))].sort().join(' | ')}`;
  if (gate?.kind === 'await-approval') return `asks: ${gate.code ?? 'approval'}`;
  if (status.state === 'stalled') return `asks: pchat resume after ${status.lastError?.code ?? 'a failure'}`;
  return undefined;
}

function describe(status: PoolStatus | undefined): string {
  if (status === undefined) return 'the daemon is dead';
  const { plan, gate, lastError, state } = status;
  return [state, plan?.kind, gate?.code, lastError?.code].filter((word) => word != null).join(', ');
}

/** `ends`: of plays before, and of this one; none: it is played to its end whatever is known. */
export async function playCase(
  from: WorldSnapshot,
  played: Case,
  ends: KnownEnds = new Map(),
): Promise<CasePlayed> {
  const play = new Play(from, played, ends);
  try {
    await play.pass(LEAD_MS);
    await play.cutAndHeal();
    const ending = play.broken ? 'broken' : await play.settle();
    const endKnown = play.knownEnd !== undefined;
    if (!play.broken && !endKnown) play.judgeEnd(ending);
    play.keepEnd(ending);
    return play.result(ending, endKnown);
  } finally {
    play.end();
  }
}
