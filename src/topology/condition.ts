/** Status of a pool in positive polarity: a condition is present and True when what it says holds. */
export const CONDITION_TYPES = [
  'Observed',
  'Converged',
  'Progressing',
  'Blocked',
  'AwaitingApproval',
  'Stalled',
  'Suspended',
  'BreakGlass',
  'Unprotected',
  'CentralManagementUnavailable',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  /** Stable CamelCase word. */
  readonly reason: string;
  readonly message: string;
  /** ISO 8601 UTC of the last change of `status`. */
  readonly since: string;
}
