/**
 * Labels of the metrics and every value that each can have: closed sets of the product, never a name from outside. Only a pool,
 * its generation and its datacenter are the operator's words, and these go away with the pool.
 */
import { GATE_TABLE, type GateCode } from '../reconciler/gates/gate-table.ts';
import type { Plan } from '../reconciler/plan.ts';
import { SOURCE_REASONS } from '../reconciler/pool-status.ts';
import { DRIFT_PATHS } from '../reconciler/diff-pool.ts';
import { reconcileMachine } from '../reconciler/reconcile-machine.ts';
import { ACTION_IDS } from '../reconciler/step-id.ts';
import { ALL_VARIABLES } from '../reconciler/variables.ts';
import type { HookResult } from '../ports/git-hook.ts';
import { CONDITION_TYPES } from '../topology/condition.ts';
import { RECEIVER_KINDS } from '../topology/notice-event.ts';
import { ERROR_CODES, type ErrorCode } from '../topology/pool-error.ts';
import type { DownLevel, Verdict } from '../topology/evidence.ts';
import type { Readiness } from '../topology/forecast.ts';
import { SITES, type PolicyMode } from '../topology/pool-topology.ts';
import type { Report } from './commit-reporter.ts';
import type { StepOutcome } from './apply-planned-step.ts';

/** Complete by its type: a new member of the union does not compile until it is named here. */
const membersOf = <T extends string>(all: Readonly<Record<T, true>>): readonly T[] => Object.keys(all) as T[];

export const VERDICTS = membersOf<Verdict>({
  alive: true,
  degraded: true,
  partitioned: true,
  unknown: true,
  down: true,
});
export const DOWN_LEVELS = membersOf<DownLevel>({ proven: true, silent: true, attested: true });
export const MODES = membersOf<PolicyMode>({ observe: true, propose: true, act: true });
export const PLANS = membersOf<Plan['kind']>({
  converged: true,
  steps: true,
  waiting: true,
  blocked: true,
  'too-large': true,
});
export const GATES: readonly ('Proceed' | GateCode)[] = ['Proceed', ...GATE_TABLE.map(({ code }) => code)];
export const RESULTS = membersOf<StepOutcome['result']>({
  done: true,
  refused: true,
  failed: true,
  unknown: true,
});
export const CONDITION_STATUSES = ['true', 'false', 'unknown'] as const;
export const DIFFERENCES = ['differs', 'unknown'] as const;
export const STAGES = ['backup', 'copy', 'restore'] as const;
export const FOLDERS = ['share', 'copy', 'quarantine-home', 'quarantine-backup'] as const;
export const PARTS = [
  'primary',
  'mirror',
  'witness',
  'compliance-primary',
  'compliance-mirror',
  'compliance-witness',
] as const;
export const SOURCES = ['instance', 'folder', 'shell', 'chat-server'] as const;
export const CONNECTIONS = ['observer', 'own'] as const;
export const FILE_OPERATIONS = ['list', 'copy', 'move', 'remove'] as const;
export const QUESTIONS = ['approve', 'accept-loss', 'attest', 'decide'] as const;
export const PERCENTILES = ['50', '95'] as const;
export const SPANS = ['duration', 'outage'] as const;
export const MOMENTS = ['predicted', 'actual'] as const;
export const ANSWERS = membersOf<Readiness['answer']>({ yes: true, no: true, unknown: true });
export const HOOK_RESULTS = membersOf<HookResult>({
  woken: true,
  ignored: true,
  replayed: true,
  stale: true,
  refused: true,
});
export const STANDINGS = ['attempted', 'applied'] as const;
export const REPORTS = membersOf<Report>({ sent: true, 'given-up': true });
export const NOTIFIED = ['sent', 'given-up'] as const;
export const CODES = Object.keys(ERROR_CODES) as readonly ErrorCode[];
export const LOOP_STATES: readonly string[] = Object.keys(reconcileMachine.states);

export type Stage = (typeof STAGES)[number];
export type Part = (typeof PARTS)[number];
export type Source = (typeof SOURCES)[number];
export type Connection = (typeof CONNECTIONS)[number];
export type FileOperation = (typeof FILE_OPERATIONS)[number];
export type Question = (typeof QUESTIONS)[number];

export interface LabelRow {
  readonly meaning: string;
  /** null: words of the operator or of the build; of one pool there is one value at a time. */
  readonly values: readonly string[] | null;
}

export const LABELS = {
  pool: { meaning: 'name of the pool in the desired state', values: null },
  site: { meaning: 'site of the pool; the words never move with the service', values: SITES },
  part: {
    meaning: 'what the instance is declared as; one that serves both stores counts for the chat store',
    values: PARTS,
  },
  folder: { meaning: 'the share, the copy folder and the quarantine of each site', values: FOLDERS },
  source: { meaning: 'what was asked', values: SOURCES },
  connection: {
    meaning: '`observer`: the held one of the rounds; `own`: opened for a step or for reading backup headers',
    values: CONNECTIONS,
  },
  operation: { meaning: 'what was asked of a folder', values: FILE_OPERATIONS },
  field: { meaning: 'path of a drift', values: DRIFT_PATHS },
  actual: { meaning: '`differs`: seen, and not as desired; `unknown`: not seen', values: DIFFERENCES },
  variable: { meaning: '[planner variable](actions.md)', values: ALL_VARIABLES },
  value: { meaning: 'each value of its variable, and `unknown`', values: null },
  type: { meaning: 'type of the condition', values: CONDITION_TYPES },
  status: { meaning: 'status of the condition', values: CONDITION_STATUSES },
  verdict: { meaning: 'verdict of the evidence', values: VERDICTS },
  level: { meaning: 'what the verdict `down` rests on', values: DOWN_LEVELS },
  stage: { meaning: 'part of log shipping', values: STAGES },
  kind: { meaning: 'kind of the plan', values: PLANS },
  gate: { meaning: '`Proceed`, or the code of the gate that holds', values: GATES },
  mode: { meaning: '`policy.mode`', values: MODES },
  state: { meaning: 'state of the loop', values: LOOP_STATES },
  code: { meaning: '[code of the error](errors.md)', values: CODES },
  action: { meaning: '[action](actions.md)', values: ACTION_IDS },
  result: { meaning: 'outcome of the step', values: RESULTS },
  reason: {
    meaning: 'why the newest desired state is in force, or not: `InForce`, or what is the matter with it',
    values: SOURCE_REASONS,
  },
  standing: {
    meaning:
      '`attempted`: the newest commit that was fetched; `applied`: the newest of which everything is in force',
    values: STANDINGS,
  },
  delivery: {
    meaning:
      '`woken`: the source was read; `ignored`: of another branch; `replayed`: had before; `stale`: too old; `refused`: without the secret',
    values: HOOK_RESULTS,
  },
  report: {
    meaning: '`given-up`: refused, not taken after four tries, or replaced by a newer one between them',
    values: REPORTS,
  },
  receiver: { meaning: 'kind of the receiver of a notification', values: RECEIVER_KINDS },
  notification: { meaning: '`given-up`: refused, or not taken after five tries', values: NOTIFIED },
  question: { meaning: 'command that would answer: `pchat approve` and so on', values: QUESTIONS },
  percentile: { meaning: 'percentile of what was measured', values: PERCENTILES },
  span: { meaning: '`duration`: first step to last; `outage`: the part without service', values: SPANS },
  moment: { meaning: '`predicted`: before the first step; `actual`: as it was', values: MOMENTS },
  answer: { meaning: '`unknown`: something that decides it is not seen', values: ANSWERS },
  generation: { meaning: 'counter of the generation in force', values: null },
  hash: { meaning: 'hash of the generation in force', values: null },
  revision: { meaning: 'id of the commit; empty: not from Git', values: null },
  primary_datacenter: { meaning: 'datacenter that `primaryDatacenter` names', values: null },
  version: { meaning: 'version of this program', values: null },
  node: { meaning: 'version of Node.js', values: null },
} as const satisfies Readonly<Record<string, LabelRow>>;

export type Label = keyof typeof LABELS;
