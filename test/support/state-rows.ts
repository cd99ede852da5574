/**
 * The rows of the refusal table with their recipes, for every client that wants to run them. A row is right when, after its
 * `setup`, its `statement` is answered by exactly its `messages`, in this order. `after` undoes the faults, so that rows can
 * share one estate; each has a database and files of its own.
 */
import { REFUSALS, type RefusalId } from '../../src/simulator/instance/refusal-table.ts';
import type { RefusalRow } from '../../src/simulator/instance/refusal-row.ts';
import { message } from '../../src/simulator/instance/messages.ts';
import { BACKUP_RECIPES } from './state-recipes-backup.ts';
import { RESTORE_RECIPES } from './state-recipes-restore.ts';
import { MIRROR_RECIPES } from './state-recipes-mirror.ts';
import { OPEN_RECIPES } from './state-recipes-open.ts';
import { SECURITY_RECIPES } from './state-recipes-security.ts';
import { Scene, type StateStatement, type StateStep } from './state-steps.ts';

/** Text of a placeholder, or its pattern where only the run knows it (an LSN, a session id). */
export type Fill = string | RegExp;

export interface Recipe {
  /** Another database name than the row's own. */
  readonly database?: string;
  readonly setup: readonly StateStep[];
  readonly statement: StateStatement;
  /** The estate's option `edition`; Standard unless said. */
  readonly edition?: string;
  /** Happens while the statement runs. */
  readonly during?: readonly StateStep[];
  /** Placeholders of the row's own message. */
  readonly fills: readonly Fill[];
  /** Placeholder of the message that follows: the verb, the login. */
  readonly last?: string;
  /** Messages that come before, with their text. */
  readonly before?: readonly (readonly [5060, string])[];
  readonly after?: readonly StateStep[];
}

export type MakeRecipe = (scene: Scene) => Recipe;
export type Recipes = Partial<Record<RefusalId, readonly MakeRecipe[]>>;

export interface ExpectedMessage {
  readonly number: number;
  readonly severity: number;
  readonly state: number;
  readonly text: Fill;
}

export interface StateRow {
  /** `restore-log/too-recent`, with ` (2)` where a row is reached in a second way. */
  readonly id: string;
  readonly row: RefusalRow;
  readonly setup: readonly StateStep[];
  readonly statement: StateStatement;
  readonly edition: string;
  readonly during: readonly StateStep[];
  readonly messages: readonly ExpectedMessage[];
  readonly after: readonly StateStep[];
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The text with its placeholders filled; a pattern as soon as one of them is. */
function filled(text: string, fills: readonly Fill[]): Fill {
  const parts = text.split('%s');
  if (fills.every((fill) => typeof fill === 'string'))
    return parts.map((part, index) => part + (index < parts.length - 1 ? (fills[index] ?? '') : '')).join('');
  const pattern = parts.map((part, index) => {
    const fill = index < parts.length - 1 ? (fills[index] ?? '') : '';
    return escaped(part) + (typeof fill === 'string' ? escaped(fill) : fill.source);
  });
  return new RegExp(`^${pattern.join('')}$`);
}

function expected(
  number: Parameters<typeof message>[0],
  fills: readonly Fill[],
  state?: number,
): ExpectedMessage {
  const line = message(number, ...Array.from({ length: 9 }, () => '%s'));
  // Severity 10 reaches a client as 0.
  const severity = line.class > 10 ? line.class : 0;
  return { number, severity, state: state ?? line.state, text: filled(line.message, fills) };
}

function messagesOf(row: RefusalRow, recipe: Recipe): readonly ExpectedMessage[] {
  const before = (recipe.before ?? []).map(([number, text]) => expected(number, [text]));
  const then = row.then === undefined ? [] : [expected(row.then, [recipe.last ?? ''])];
  return [...before, expected(row.says, recipe.fills, row.messageState), ...then];
}

export const ALL_RECIPES: Recipes = {
  ...OPEN_RECIPES,
  ...BACKUP_RECIPES,
  ...RESTORE_RECIPES,
  ...MIRROR_RECIPES,
  ...SECURITY_RECIPES,
};

const STANDARD = 'Standard Edition (64-bit)';

const ids = Object.keys(REFUSALS) as RefusalId[];

export const STATE_ROWS: readonly StateRow[] = ids.flatMap((id, index) =>
  (ALL_RECIPES[id] ?? []).map((make, way) => {
    const first = make(new Scene(`row_${index}_${way}`));
    const recipe = first.database === undefined ? first : make(new Scene(first.database));
    return {
      id: way === 0 ? id : `${id} (${way + 1})`,
      row: REFUSALS[id],
      setup: recipe.setup,
      statement: recipe.statement,
      edition: recipe.edition ?? STANDARD,
      during: recipe.during ?? [],
      messages: messagesOf(REFUSALS[id], recipe),
      after: recipe.after ?? [],
    };
  }),
);
