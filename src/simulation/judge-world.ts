/**
 * The judge of a simulated run: after every event of the estate it looks at the estate's true state, never at the daemon's
 * facts, and tells what the daemon's own deeds did from what the world did. It knows the product's promises, not its plans.
 */
import type { JournalRecord } from '../ports/journal.ts';
import type { EstateFiles } from '../simulator/estate-contract.ts';
import { keyOf, missingIn, type MessageWhereabouts } from '../simulator/estate/checker.ts';
import { ESTATE_SITES, type EstateSite } from '../simulator/estate/estate-options.ts';
import type { EstateState } from '../simulator/estate/estate-state.ts';
import { countOf } from '../simulator/instance/chunks.ts';
import { EstateSight } from './estate-sight.ts';
import {
  applicableFile,
  chatSessionsOn,
  copyAt,
  copyOf,
  isNamed,
  namedLoss,
  servedBy,
  storesAt,
} from './judge-facts.ts';
import type { EstateStepSeen } from './memory-estate.ts';
import type { Scenario } from './scenario.ts';

/** What the judge knows of the world that it judges, in memory or on the wire. */
export interface JudgedWorld {
  readonly state: EstateState;
  readonly folders: EstateFiles;
  /** The estate's own time. */
  readonly clock: { now(): number; monotonicMs(): number };
  /** The daemon's journal as its disk holds it now, a record a line. */
  readonly disk: { readonly lines: readonly string[] };
  /** Called after every event of the estate, when its files are written. */
  watch(look: (seen: EstateStepSeen<EstateState>) => void): void;
}

export interface Finding {
  /** Seconds after the begin. */
  readonly at: number;
  /** Of the invariants, in a word: two-writers, salvage, overwritten, unnamed-loss, wrong-copy, sessions, moved, unknown-need, liveness. */
  readonly invariant: string;
  readonly what: string;
}

type Seen = EstateStepSeen<EstateState>;
type Deeds = readonly { readonly deed: string; readonly instance: string; readonly database: string }[];

/** Done by the estate's own jobs and partners, never by a step. */
const WORLD_DEEDS = new Set(['backup-log', 'restore-log', 'backup-database', 'automatic-failover']);
/** From the last look before an effect until it is done, ms: what the world changes in between is no fault of the step. */
const RACE_MS = 20_000;

/** What the judge takes from a scenario. */
export type JudgedScenario = Pick<Scenario, 'evidence'> & {
  /** Estate ms that may pass between the last look and an effect; left out: 20 s. */
  readonly raceMs?: number;
};
const MS = 1_000;

export class WorldJudge {
  readonly #world: JudgedWorld;
  readonly #scenario: JudgedScenario;
  readonly #raceMs: number;
  readonly #sight = new EstateSight();
  readonly #violations: Finding[] = [];
  readonly #exceptions: Finding[] = [];
  /** Messages whose loss was named to people, or made by the world; each is counted once. */
  readonly #accounted = new Set<string>();
  readonly #wantedSince: Record<EstateSite, number> = { home: -Infinity, backup: -Infinity };
  #wanted: EstateSite = 'home';
  /** Largest clock error ever of each instance, ms: the ledger speaks in the clock of whoever took the backup. */
  readonly #offsets = new Map<string, number>();

  constructor(world: JudgedWorld, scenario: JudgedScenario) {
    this.#world = world;
    this.#scenario = scenario;
    this.#raceMs = scenario.raceMs ?? RACE_MS;
    world.watch((seen) => this.#look(seen));
  }

  get violations(): readonly Finding[] {
    return this.#violations;
  }

  /** The cases that policy.evidence: silent is known to allow. */
  get exceptions(): readonly Finding[] {
    return this.#exceptions;
  }

  violate(invariant: string, what: string): void {
    this.#violations.push(this.#finding(invariant, what));
  }

  edited(site: EstateSite): void {
    if (site === this.#wanted) return;
    this.#wantedSince[this.#wanted] = this.#nowMs;
    this.#wanted = site;
  }

  /** A person has named the copy to keep: what only others hold is given up. */
  kept(site: EstateSite): void {
    for (const name of storesAt(this.#world.state, site)) this.#accept(this.#missing(name));
  }

  /** Messages that this copy lacks, that lie in no quarantine, and that nobody named, in the newest ledger either. */
  unaccounted(instance: string | undefined): readonly string[] {
    const { state } = this.#world;
    const lost = this.#unaccounted(state, instance);
    return this.#unnamed(state, lost, this.#records().length).map(({ message }) => keyOf(message));
  }

  #unnamed(
    state: EstateState,
    lost: readonly MessageWhereabouts[],
    beforeSeq: number,
  ): readonly MessageWhereabouts[] {
    if (lost.length === 0) return lost;
    const named = namedLoss(this.#records(), beforeSeq);
    return lost.filter((one) => {
      const { instance } = one.message;
      const offsetMs = this.#offsets.get(instance) ?? state.instances[instance]?.clockOffsetMs ?? 0;
      return !isNamed(named, one, offsetMs);
    });
  }

  /** What a fence put into quarantine is a `saved` line of the ledger. */
  #unaccounted(state: EstateState, instance: string | undefined): readonly MessageWhereabouts[] {
    const folders = ESTATE_SITES.map((site) =>
      `${state.options.sites[site].quarantineFolder}\\`.toLowerCase(),
    );
    return missingIn(state, this.#world.folders, instance)
      .filter(({ message }) => !this.#accounted.has(keyOf(message)))
      .filter(
        ({ files }) => !files.some((path) => folders.some((folder) => path.toLowerCase().startsWith(folder))),
      );
  }

  get #nowMs(): number {
    return this.#world.clock.now();
  }

  #finding(invariant: string, what: string): Finding {
    return { at: Math.round(this.#world.clock.monotonicMs() / MS), invariant, what };
  }

  #accept(keys: readonly string[]): void {
    for (const key of keys) this.#accounted.add(key);
  }

  #missing(instance: string | undefined, only?: 'gone'): readonly string[] {
    return missingIn(this.#world.state, this.#world.folders, instance)
      .filter(({ verdict }) => only === undefined || verdict === only)
      .map(({ message }) => keyOf(message));
  }

  #look(seen: Seen): void {
    const { before, after, input } = seen;
    if (input.kind === 'fault') this.#noteFault(before);
    this.#overwritten(seen);
    if (before.writable.atTwoSites !== after.writable.atTwoSites && after.writable.atTwoSites)
      this.#twoWriters(seen);
    if (before.counts === after.counts) return;
    const deeds = deedsBetween(before, after);
    for (const { deed, instance, database } of deeds) {
      if (database !== '' && database !== after.options.chatDatabase) continue;
      if (deed === 'recovered' && instance === after.options.sites.backup.primary.name)
        this.#recovered(seen, instance);
      if (deed === 'restore-database') this.#overSessions(seen, instance);
      if (deed === 'backup-database' && this.#lastStep()?.action === 'full-backup')
        this.#overSessions(seen, instance);
      if (deed === 'Set-CsPersistentChatActiveServer') this.#activated(after);
      if (deed === 'Set-CsPersistentChatState') this.#moved(before, after);
    }
  }

  #noteFault(before: EstateState): void {
    this.#sight.note(before, this.#nowMs);
    for (const { name, clockOffsetMs } of Object.values(this.#world.state.instances))
      this.#offsets.set(name, Math.max(clockOffsetMs, this.#offsets.get(name) ?? clockOffsetMs));
  }

  /** Invariant 1: only an own deed counts; what the world makes is for the product to end. */
  #twoWriters({ before, after, input }: Seen): void {
    if (input.kind === 'fault') return;
    const opened = deedsBetween(before, after).filter(({ deed }) => !WORLD_DEEDS.has(deed));
    const [deed] = opened;
    if (deed === undefined) return;
    const site = after.hosts[deed.instance]?.site;
    if (site === undefined) return;
    const other = site === 'home' ? 'backup' : 'home';
    const what = `${deed.deed} on ${deed.instance} while the copy at ${other} is open to clients`;
    const blind = this.#sight.wasDark(after, other, this.#nowMs, this.#raceMs);
    if (blind && this.#scenario.evidence === 'silent' && site === 'backup')
      this.#exceptions.push(this.#finding('two-writers', `${what}, alive and cut off`));
    else this.violate('two-writers', what);
  }

  /** Invariant 2, and the ledger: what the recovered copy lacks was applied as far as it could be, and the rest was named. */
  #recovered({ before, after }: Seen, instance: string): void {
    const step = this.#lastStep();
    if (step?.action !== 'recover-backup') return;
    const copy = copyOf(before, instance);
    if (copy !== undefined && this.#sight.calmForMs(this.#nowMs) > this.#raceMs) {
      const file = applicableFile(before, this.#world.folders, copy, this.#nowMs - this.#raceMs);
      if (file !== undefined)
        this.violate('salvage', `recovered ${instance} although ${file} could be applied`);
    }
    const lost = this.#unaccounted(after, instance);
    const unnamed = this.#unnamed(after, lost, step.seq);
    if (unnamed.length > 0)
      this.violate(
        'unnamed-loss',
        `${unnamed.length} of ${lost.length} messages that ${instance} lacks were not named before its recovery`,
      );
    this.#accept(lost.map(({ message }) => keyOf(message)));
  }

  /** Invariant 3: whatever makes a copy smaller, no message goes with it that nobody named. */
  #overwritten({ before, after, input }: Seen): void {
    const shrunk = shrunkCopies(before, after);
    const byWorld = input.kind === 'fault';
    if (shrunk.length === 0 && !byWorld) return;
    const gone = this.#missing(undefined, 'gone').filter((key) => !this.#accounted.has(key));
    if (gone.length === 0) return;
    this.#accept(gone);
    // An old principal that takes back what its partner never had: SQL Server's own doing (sql-server reference, forced service).
    const ofMirrors = shrunk.every(
      (name) => copyOf(before, name)?.mirroring != null && copyOf(after, name)?.mirroring != null,
    );
    if (byWorld || ofMirrors) return;
    const step = this.#lastStep();
    this.violate(
      'overwritten',
      `${gone.length} messages are nowhere since ${shrunk.join(', ')} was overwritten by ${step?.action ?? 'nobody'}:${step?.target ?? ''}`,
    );
  }

  /** Invariant 4, second half. */
  #overSessions({ before, after }: Seen, instance: string): void {
    const sessions = chatSessionsOn(before, instance);
    if (sessions.length === 0 || copyOf(after, instance) === undefined) return;
    this.violate(
      'sessions',
      `${this.#lastStep()?.action ?? 'a step'} on ${instance} under chat sessions of ${sessions.join(', ')}`,
    );
  }

  /** Invariant 4, first half: nobody is sent to a copy that lacks what the other one holds and nobody gave up. */
  #activated(after: EstateState): void {
    if (after.cms.activeServers.length === 0 || this.#sight.calmForMs(this.#nowMs) <= this.#raceMs) return;
    const sites = new Set(after.cms.activeServers.map((fqdn) => after.chat.servers[fqdn]?.site));
    const [site] = sites;
    if (sites.size > 1 || site === undefined) {
      this.violate('wrong-copy', `active servers of two sites: ${after.cms.activeServers.join(', ')}`);
      return;
    }
    // The bet of policy.evidence: silent was lost: what home takes meanwhile is kept by its fence, and missed at the end if not.
    if (after.writable.atTwoSites && this.#exceptions.length > 0) return;
    const serving = servedBy(after, site);
    if (serving === undefined) {
      this.violate('wrong-copy', `the servers of ${site} were made active while nobody serves there`);
      return;
    }
    const others = storesAt(after, site === 'home' ? 'backup' : 'home');
    const elsewhere = this.#unaccounted(after, serving).filter(({ copies }) =>
      copies.some((name) => others.includes(name)),
    );
    // The newest ledger names the part of a fenced home's log that lies on the share, file by file: given up beforehand, and kept.
    const records = this.#records();
    const kept = { ...namedLoss(records, records.length), sinceMs: Infinity };
    const lacks = elsewhere.filter((one) => !isNamed(kept, one, 0));
    if (lacks.length === 0) return;
    const what = `the servers of ${site} were made active on a copy that lacks ${lacks.length} messages which the other site holds`;
    // The same bet, where no chat server reached the copy at backup before: only now there are two writers.
    const blind = this.#sight.wasDark(after, 'home', this.#nowMs, this.#raceMs);
    if (blind && this.#scenario.evidence === 'silent' && site === 'backup')
      this.#exceptions.push(this.#finding('wrong-copy', `${what}, alive and cut off`));
    else this.violate('wrong-copy', what);
  }

  /** Invariant 6. */
  #moved(before: EstateState, after: EstateState): void {
    if (before.cms.poolState === after.cms.poolState) return;
    const to = after.cms.poolState === 'Normal' ? 'home' : 'backup';
    if (this.#wanted === to || this.#nowMs - this.#wantedSince[to] <= this.#raceMs) return;
    this.violate(
      'moved',
      `the pool was set ${after.cms.poolState} while the desired state says ${this.#wanted}`,
    );
  }

  #records(): readonly string[] {
    return this.#world.disk.lines;
  }

  /** The newest step that was begun. */
  #lastStep(): Extract<JournalRecord, { kind: 'intent' }> | undefined {
    for (let at = this.#records().length - 1; at >= 0; at -= 1) {
      const line = this.#records()[at] ?? '';
      if (!line.includes('"kind":"intent"')) continue;
      const record = JSON.parse(line) as JournalRecord;
      if (record.kind === 'intent') return record;
    }
    return undefined;
  }
}

/** `recovered@sql-lyo-1.contoso.com/mgc`; cmdlets stand alone. */
function deedsBetween(before: EstateState, after: EstateState): Deeds {
  return Object.entries(after.counts)
    .filter(([name, count]) => count > (before.counts[name] ?? 0))
    .map(([name]) => {
      const [deed = '', place = ''] = name.split('@');
      const [instance = '', database = ''] = place.split('/');
      return { deed, instance, database };
    });
}

function shrunkCopies(before: EstateState, after: EstateState): readonly string[] {
  if (before.instances === after.instances) return [];
  return ESTATE_SITES.flatMap((site) => storesAt(after, site)).filter((name) => {
    const [had, has] = [copyAt(before, name), copyAt(after, name)];
    return had !== has && had !== undefined && countOf(has ?? { full: [], last: [] }) < countOf(had);
  });
}
