/** How a refusal travels inside the engine, and how far it reaches. Never leaves the engine: the machine turns it into tokens. */
import type { SqlFailure } from './host.ts';
import { errorDetail } from './messages.ts';
import type { EngineError, ErrorDetail } from './messages.ts';

/**
 * `raised`: RAISERROR; as `statement`, but XACT_ABORT does not look at it. `statement`: the next statement runs. `text`: ends the text it is in (binding errors; a TRY in the same text does not
 * see it, the caller goes on). `batch`: ends everything unless a TRY catches it (conversions, THROW).
 */
export type Reach = 'raised' | 'statement' | 'text' | 'batch';

export class SqlError extends Error {
  readonly errors: readonly ErrorDetail[];
  readonly reach: Reach;
  /** undefined: the line of the running statement. */
  readonly line: number | undefined;
  /** Empty outside procedures of the host. */
  readonly procedure: string;

  constructor(errors: readonly ErrorDetail[], reach: Reach, line?: number, procedure = '') {
    super(errors.map((error) => `${error.number} ${error.message}`).join('; '));
    this.name = 'SqlError';
    this.errors = errors;
    this.reach = reach;
    this.line = line;
    this.procedure = procedure;
  }
}

type Values = readonly (string | number)[];

export function statementError(number: EngineError, ...values: Values): SqlError {
  return new SqlError([errorDetail(number, ...values)], 'statement');
}

export function textError(number: EngineError, ...values: Values): SqlError {
  return new SqlError([errorDetail(number, ...values)], 'text');
}

export function batchError(number: EngineError, ...values: Values): SqlError {
  return new SqlError([errorDetail(number, ...values)], 'batch');
}

export function syntaxError(number: EngineError, line: number, ...values: Values): SqlError {
  return new SqlError([errorDetail(number, ...values)], 'text', line);
}

export function hostError(failure: SqlFailure, atLeast: Reach = 'statement', procedure = ''): SqlError {
  return new SqlError(failure.errors, failure.abortsBatch === true ? 'text' : atLeast, undefined, procedure);
}
