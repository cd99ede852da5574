/**
 * Every gate with its public code, in the order in which they are judged: permission only. A code never changes its meaning; it is
 * in status, journal, metrics and commands. docs/gates.md is generated from this table.
 */
export type GateVerdict = 'await-approval' | 'hold';

interface GateRow {
  readonly code: string;
  readonly gate: string;
  readonly verdict: GateVerdict;
  readonly closed: string;
  /** Closes also on a transition that has begun; every other gate lets it go on to its end. */
  readonly holdsBegun: boolean;
  /** `{pool}` is filled in. */
  readonly answer: string;
}

// prettier-ignore
export const GATE_TABLE = [
  { code: 'NothingToDo',          gate: 'plan',           verdict: 'hold',           holdsBegun: true,  closed: 'there is no step to run: converged, waiting, blocked or too large', answer: 'pchat why {pool} names what is missing' },
  { code: 'ObserveOnly',          gate: 'mode',           verdict: 'hold',           holdsBegun: true,  closed: '`policy.mode` is observe', answer: 'set policy.mode of {pool} to propose or act in the desired state' },
  { code: 'StopSwitch',           gate: 'stop switch',    verdict: 'hold',           holdsBegun: true,  closed: 'the stop file is there, for every pool; it holds even a fence', answer: 'pchat go removes the stop file' },
  { code: 'LeaseLost',            gate: 'lease',          verdict: 'hold',           holdsBegun: true,  closed: 'this daemon no longer holds the lease', answer: 'look at the daemon that holds the lease, or start this one again' },
  { code: 'Suspended',            gate: 'suspension',     verdict: 'hold',           holdsBegun: true,  closed: 'a person suspended the pool, until `resume` or the expiry', answer: 'pchat resume {pool}' },
  { code: 'Cancelled',            gate: 'suspension',     verdict: 'hold',           holdsBegun: true,  closed: 'a person cancelled this generation, until `resume`, the expiry or a new edit', answer: 'pchat resume {pool}, or edit the desired state' },
  { code: 'BreakGlassExpired',    gate: 'break-glass',    verdict: 'hold',           holdsBegun: false, closed: 'the break-glass has ended; the source was not read since (hold), or wants the pool back (approval)', answer: 'pchat apply renews the break-glass; pchat approve {pool} lets the source decide again' },
  { code: 'SourceReturned',       gate: 'break-glass',    verdict: 'await-approval', holdsBegun: true,  closed: 'the source is back and would undo what the break-glass moved', answer: 'pchat approve {pool}, or edit the desired state' },
  { code: 'ApprovalNeeded',       gate: 'approval',       verdict: 'await-approval', holdsBegun: true,  closed: '`policy.mode` is propose, or `policy.drift` for what the plan repairs, and no standing approval covers the plan', answer: 'pchat approve {pool}' },
  { code: 'SecondPersonNeeded',   gate: 'second person',  verdict: 'await-approval', holdsBegun: true,  closed: '`policy.approvals` is 2, and one person only has approved', answer: 'another person says pchat approve {pool}' },
  { code: 'FenceNeedsAnswer',     gate: 'fence',          verdict: 'await-approval', holdsBegun: true,  closed: '`policy.fenceReturnedCopy` is ask, and the plan fences', answer: 'pchat approve {pool}' },
  { code: 'LossAboveBound',       gate: 'loss',           verdict: 'await-approval', holdsBegun: true,  closed: 'the plan gives up more than was accepted, or nobody knows how much', answer: 'pchat accept-loss {pool} --minutes N, or save what the ledger names' },
  { code: 'ComplianceBacklog',    gate: 'compliance',     verdict: 'await-approval', holdsBegun: false, closed: 'a planned move leaves compliance events that wait in mgccomp, or nobody can count them; mgccomp is never failed over', answer: 'wait until the adapter has processed them, or pchat accept-loss {pool} --minutes 0' },
  { code: 'StoppedAfterFailures', gate: 'failures',       verdict: 'hold',           holdsBegun: false, closed: '`stopAfterFailures` pools are stalled', answer: 'mend the stalled pools; a decision about one of them lets it try again' },
  { code: 'OutsideWindow',        gate: 'change window',  verdict: 'hold',           holdsBegun: false, closed: 'users would lose the service outside of `policy.changeWindows`, or the window is too short for the whole plan', answer: 'wait for the next window, or change policy.changeWindows of {pool}' },
  { code: 'CoolingDown',          gate: 'cooldown',       verdict: 'hold',           holdsBegun: false, closed: 'the last move between the sites is younger than `policy.cooldown`', answer: 'wait, or change policy.cooldown of {pool}' },
  { code: 'TooManyTransitions',   gate: 'blast radius',   verdict: 'hold',           holdsBegun: false, closed: '`maxConcurrentTransitions` other pools are moved now', answer: 'wait until one of the other pools has ended, or raise maxConcurrentTransitions in the settings' },
] as const satisfies readonly GateRow[];

export type GateCode = (typeof GATE_TABLE)[number]['code'];
export type GateName = (typeof GATE_TABLE)[number]['gate'];

export function gateRow(code: GateCode): GateRow & { readonly code: GateCode } {
  const row = GATE_TABLE.find((one) => one.code === code);
  if (row === undefined) throw new RangeError(`no gate has the code ${code}`);
  return row;
}
