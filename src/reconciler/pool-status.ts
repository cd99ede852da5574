/** What the daemon knows of a pool, as the API and the commands show it, and how people's decisions reach it. */
import type { Decision, JournalRecord } from '../ports/journal.ts';
import type { Plan, PlannedStep } from './plan.ts';
import type { Why } from './why/why.ts';
import type { Condition } from '../topology/condition.ts';
import type { Drift } from '../topology/drift.ts';
import type { Evidence } from '../topology/evidence.ts';
import type { Forecast } from '../topology/forecast.ts';
import type { LossLedger } from '../topology/loss-ledger.ts';
import type { PoolFacts } from '../topology/pool-facts.ts';
import type { SavedPlan } from '../topology/saved-plan.ts';
import type { BreakGlass, Generation, PolicyMode, Revision, Site } from '../topology/pool-topology.ts';

/** What permission says about the plan; `proceed` also when there is nothing to permit. */
export interface GateView {
  readonly kind: 'proceed' | 'await-approval' | 'hold';
  readonly code: string | null;
  readonly reason: string | null;
  /** What a person can do. */
  readonly nextAction: string | null;
}

export interface RunningStepView {
  readonly step: PlannedStep;
  /** ISO 8601 UTC. */
  readonly since: string;
  readonly progress: string | null;
  /** 0 to 1; null: not known. */
  readonly fraction: number | null;
}

/** Whom the desired state names in a site. */
export interface DeclaredSite {
  readonly primary: string;
  /** null: it runs without one on purpose. */
  readonly mirror: string | null;
  readonly witness: string | null;
  readonly servers: readonly string[];
  /** Those that shall be active while the service lives in this site. */
  readonly activeServers: readonly string[];
}

/** The shape of a pool as it is declared, for whoever draws it: facts name only what was seen. */
export interface DeclaredShape {
  readonly sites: Readonly<Record<Site, DeclaredSite>>;
  readonly chatDatabase: string;
  /** As SQL Server names it. */
  readonly share: string;
  /** Where the share stands; null: elsewhere or not known. */
  readonly shareSite: Site | null;
}

export interface PoolStatus {
  readonly pool: string;
  /** State of the loop, for example `converged` or `applying`. */
  readonly state: string;
  readonly mode: PolicyMode;
  readonly primarySite: Site;
  readonly datacenters: Readonly<Record<Site, string>>;
  readonly declared: DeclaredShape;
  readonly generation: Generation;
  /** The generation that `plan` and `drift` were computed for. */
  readonly observedGeneration: Generation | null;
  readonly origin: string;
  /** The commit of this generation; null: not from Git. */
  readonly revision: Revision | null;
  /** A local desired state over a source that could not be read, in force or just over; null: the source decides. */
  readonly breakGlass: BreakGlass | null;
  readonly round: string | null;
  readonly observedAt: string | null;
  readonly facts: PoolFacts | null;
  readonly drift: readonly Drift[];
  readonly plan: Plan | null;
  readonly ledger: LossLedger | null;
  readonly evidence: Readonly<Record<Site, Evidence>> | null;
  /** Planner variables with the reason for each value. */
  readonly variables: Readonly<Record<string, { readonly value: string; readonly because: string }>>;
  /** Planner variables that the present plan rests on; what its own steps bring is none. */
  readonly uses: readonly string[];
  readonly conditions: readonly Condition[];
  readonly gate: GateView | null;
  readonly running: readonly RunningStepView[];
  /** Seconds, losses and what each copy holds; null: not observed yet. */
  readonly forecast: Forecast | null;
  /** The newest of the failures in a row; null once a round went well. `step` null: the observation failed. */
  readonly lastError: {
    readonly code: string;
    readonly message: string;
    readonly step: string | null;
  } | null;
  readonly decisions: readonly (Decision & { readonly at: string })[];
}

export const SOURCE_REASONS = [
  'InForce',
  'PartlyInvalid',
  'Invalid',
  'CommitRefused',
  'Unreachable',
  'NotRead',
] as const;
export type SourceReason = (typeof SOURCE_REASONS)[number];

/** `DesiredStateCurrent`: the newest desired state of the source is in force, all of it. */
export interface SourceCondition {
  /** Unknown: what the source wants now could not be read. */
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: SourceReason;
  readonly message: string;
  /** ISO 8601 UTC of the last change of `reason`. */
  readonly since: string;
}

export interface SourceView {
  /** Newest commit that was fetched, whatever became of it; null: none yet, or not from Git. */
  readonly attempted: string | null;
  /** Newest commit of which everything is in force; null: none yet, or not from Git. */
  readonly applied: string | null;
  /** ISO 8601 UTC at which it came into force. */
  readonly appliedAt: string | null;
  /** Age of what is in force, s. */
  readonly ageSeconds: number | null;
  readonly condition: SourceCondition;
}

export interface DaemonStatus {
  readonly version: string;
  readonly pid: number;
  readonly epoch: number;
  readonly startedAt: string;
  /** What of the desired state was refused or could not be read; the last good generation is in force there. */
  readonly desiredStateProblems: readonly string[];
  /** The source could be read when it was looked at last. */
  readonly desiredStateReachable: boolean;
  /** Left out by daemons that do not tell. */
  readonly desiredSource?: SourceView;
  readonly pools: readonly PoolStatus[];
}

export interface StatusSource {
  status(): DaemonStatus;
  pool(name: string): PoolStatus | undefined;
  /** What stands in its way; undefined: there is no such pool, or it was not observed yet. */
  why(name: string): Why | undefined;
  /** Records of the present journal that name the pool, oldest first. */
  history(name: string): readonly JournalRecord[];
  /** Every pool has been observed at least once, and the lease is held. */
  ready(): boolean;
}

export interface DecisionTarget {
  /** Journals it and wakes the pool; rejects with PoolError when it does not fit the pool's present plan. */
  decide(decision: DecisionRequest): Promise<Decision>;
  /** Journals it and lets the pools follow it; rejects with PoolError while the source can be read. */
  breakGlass(request: BreakGlassRequest): Promise<JournalRecord>;
  /** Begins a round of the pool now; nothing for a pool that is not there. */
  resync(pool: string): void;
}

/** A desired state that shall outrank a source that cannot be read. */
export interface BreakGlassRequest {
  readonly by: string;
  readonly reason: string;
  readonly via?: string;
  /** ISO 8601 UTC; a break-glass always ends. */
  readonly expiresAt: string;
  /** As the person named it, and what it held. */
  readonly file: string;
  readonly text: string;
}

/** A decision as a person asks for it; generation and steps of an approval are filled in from the present plan. */
export type DecisionRequest = {
  readonly pool: string;
  readonly by: string;
  readonly reason: string;
  /** Whose token or certificate the request came with, `local`: the one of the journal's folder; left out: without a daemon. */
  readonly via?: string;
  /** ISO 8601 UTC. */
  readonly expiresAt: string | null;
} &
  /** `plan`: only if the present plan is this saved one, by a fresh look. */
  (
    | { readonly decision: 'approve'; readonly plan?: SavedPlan | undefined }
    | {
        readonly decision: 'attest-down';
        readonly site: Site;
        /** Only this instance of the site; left out: the site's copy. */
        readonly instance?: string | undefined;
      }
    | { readonly decision: 'accept-loss'; readonly lossMinutes: number | null }
    | { readonly decision: 'keep'; readonly site: Site }
    | { readonly decision: 'cancel' }
    | { readonly decision: 'suspend' }
    | { readonly decision: 'resume' }
  );
