/** One reduced value with the sentence and the source that stand behind it. */
import type { Variable } from './variables.ts';

export interface Finding {
  readonly value: string;
  /** One sentence. */
  readonly because: string;
  readonly source: string;
}
export type Findings = Readonly<Partial<Record<Variable, Finding>>>;

export const finding = (value: string, because: string, source: string): Finding => ({
  value,
  because,
  source,
});
export const unknownFinding = (because: string, source: string): Finding => ({
  value: 'unknown',
  because,
  source,
});
