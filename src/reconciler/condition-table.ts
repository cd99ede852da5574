/** Every condition with the reasons that it can have, what they mean and what a person does. The one list; docs/conditions.md is made from it. */
import type { Condition, ConditionType } from '../topology/condition.ts';
import { GATE_TABLE, type GateCode } from './gates/gate-table.ts';

interface ReasonRow {
  readonly status: Condition['status'];
  readonly means: string;
  /** Empty: nothing is to be done. */
  readonly then: string;
}

const row = (status: Condition['status'], means: string, then = ''): ReasonRow => ({ status, means, then });

type AskedBy = Extract<(typeof GATE_TABLE)[number], { readonly verdict: 'await-approval' }>['code'];

/** A question of a gate is the reason of AwaitingApproval. */
const asked = Object.fromEntries(
  GATE_TABLE.flatMap(({ code, verdict, closed, answer }) =>
    verdict === 'await-approval' ? [[code, row('True', closed, answer.replaceAll('{pool}', 'POOL'))]] : [],
  ),
) as Readonly<Record<AskedBy, ReasonRow>>;

export const CONDITION_TABLE = {
  Observed: {
    AllSeen: row('True', 'everything of the pool is seen'),
    PartlySeen: row(
      'False',
      'the message names what is unknown',
      'pchat observe POOL says why for each source',
    ),
  },
  Converged: {
    AsDesired: row('True', 'nothing differs from the desired state'),
    Drift: row('False', 'something differs; a plan ends it, or `Blocked` says why not', 'pchat why POOL'),
    DriftReported: row(
      'False',
      '`policy.drift` says report for what differs',
      'mend it by hand, or change policy.drift',
    ),
    NotSeen: row('Unknown', 'what could differ is not seen', 'pchat observe POOL'),
  },
  Progressing: {
    Plan: row(
      'True',
      'steps run by themselves; False: none does, and the message says what kind of plan there is',
    ),
  },
  Blocked: {
    NothingInTheWay: row('False', 'no need is open'),
    NeedNotMet: row(
      'True',
      'no plan reaches the goal from here',
      'pchat why POOL names the needs and what opens them',
    ),
    SightMissing: row('True', 'something that a plan needs is unknown', 'pchat why POOL'),
    DecisionNeeded: row('True', 'a person must name the copy to keep', 'pchat decide POOL --keep DATACENTER'),
    Waiting: row('True', 'the world finishes something by itself'),
    PlanTooLarge: row('True', 'the search ended at its bound', 'pchat support-bundle, and report it'),
  },
  AwaitingApproval: {
    NoQuestion: row('False', 'nobody is asked'),
    ...asked,
  },
  Stalled: {
    StepsSucceed: row('False', 'no step keeps failing'),
    StepKeepsFailing: row(
      'True',
      'the same step failed again and again',
      'mend what the message names; any decision tries again',
    ),
  },
  Suspended: {
    NotSuspended: row('False', 'nobody holds the pool'),
    ByPerson: row('True', 'a person holds the pool', 'pchat resume POOL'),
    Cancelled: row('True', 'a person stopped the transition', 'pchat resume POOL, or a new edit'),
    StopSwitch: row('True', 'every pool is stopped', 'pchat go'),
  },
  BreakGlass: {
    SourceDecides: row('False', 'the source of the desired state counts'),
    InForce: row('True', 'a local desired state outranks the source', 'mend the source'),
    SourceReturned: row(
      'False',
      'the source can be read again; the gate asks before it moves anything back',
      'pchat approve POOL, or edit',
    ),
    Expired: row(
      'False',
      'its time is over',
      'pchat apply renews it; pchat approve POOL lets the source decide',
    ),
  },
  Unprotected: {
    Mirrored: row('False', 'users write to a mirrored copy, or no mirror is wanted'),
    MirrorMissing: row('True', 'users write to a copy without a working mirror', 'pchat why POOL'),
    MirrorNotSeen: row('Unknown', 'mirroring could not be read', 'pchat observe POOL'),
  },
  CentralManagementUnavailable: {
    Writable: row('False', 'the Central Management Store takes changes'),
    ReadOnly: row('True', 'its master is lost', 'Invoke-CsManagementServerFailover'),
    NotSeen: row(
      'Unknown',
      'the management shell did not say',
      'pchat doctor --only shell,central-management',
    ),
  },
} as const satisfies Record<ConditionType, Readonly<Record<string, ReasonRow>>>;

/** The reasons of one condition. */
export type ReasonOf<T extends ConditionType> = T extends 'AwaitingApproval'
  ? 'NoQuestion' | GateCode
  : Extract<keyof (typeof CONDITION_TABLE)[T], string>;
