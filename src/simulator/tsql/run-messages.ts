/** PRINT, RAISERROR and THROW. */
import type { CellValue } from '../sql-tokens.ts';
import { evaluate } from './bind-cache.ts';
import { convert } from './convert.ts';
import type { Evaluation } from './evaluation.ts';
import { batchError, SqlError, textError } from './sql-error.ts';
import type { Expression, PlainStatement, SimpleValue } from './syntax.ts';
import { INT, nvarchar } from './types.ts';

const USER_MESSAGE = 50_000;
const MAX_MESSAGE = 2047;

function asText(expression: Expression, evaluation: Evaluation): string {
  const { type, value } = evaluate(expression, evaluation);
  return String(convert(value, type, nvarchar('max')) ?? '');
}

function asNumber(expression: Expression, evaluation: Evaluation): number {
  const { type, value } = evaluate(expression, evaluation);
  return Number(convert(value, type, INT) ?? 0);
}

export function printed(value: Expression, evaluation: Evaluation): string {
  // PRINT cuts at 4000 characters of nvarchar.
  return asText(value, evaluation).slice(0, 4000);
}

/** The error to raise; severity 10 and less is a message, which the caller sends as INFO. */
export function raisedError(
  statement: Extract<PlainStatement, { kind: 'raiserror' }>,
  evaluation: Evaluation,
): SqlError {
  const severity = Math.min(25, Math.max(0, asNumber(statement.severity, evaluation)));
  const state = Math.min(255, Math.max(0, asNumber(statement.state, evaluation)));
  const message = evaluate(statement.message, evaluation);
  if (typeof message.value === 'number')
    throw new SqlError(unknownMessage(message.value, severity, state).errors, 'raised');
  const values = statement.arguments.map((argument) => evaluate(argument, evaluation).value);
  const text = formatted(asText(statement.message, evaluation), values).slice(0, MAX_MESSAGE);
  return new SqlError([{ number: USER_MESSAGE, class: severity, state, message: text }], 'raised');
}

function unknownMessage(number: number, severity: number, state: number): SqlError {
  return textError(18054, number, severity, state);
}

/** `%s %d %i %u %x %%`, with width and flags read but not applied. */
function formatted(text: string, values: readonly CellValue[]): string {
  let next = 0;
  return text.replace(
    /%(?:[-+0 #]*\d*(?:\.\d+)?(?:l|h|I64)?([sdiuxX])|%)/g,
    (whole, kind: string | undefined) => {
      if (kind === undefined) return '%';
      const value = values[next++];
      if (value === undefined) return whole;
      if (value === null) return '(null)';
      return kind.toLowerCase() === 'x' ? Number(value).toString(16) : String(value);
    },
  );
}

/** THROW alone raises the caught error again, as it was. */
export function thrownError(
  statement: Extract<PlainStatement, { kind: 'throw' }>,
  evaluation: Evaluation,
): SqlError {
  const { error } = statement;
  if (error === undefined) {
    const { caught } = evaluation;
    if (caught === undefined) return textError(10704);
    return new SqlError([caught], 'batch', caught.line, caught.procedure);
  }
  const value = (simple: SimpleValue) => asNumber(simple, evaluation);
  const number = value(error.number);
  if (number < USER_MESSAGE) return batchError(35100, number);
  const message = asText(error.message, evaluation).slice(0, MAX_MESSAGE);
  return new SqlError([{ number, class: 16, state: value(error.state), message }], 'batch');
}
