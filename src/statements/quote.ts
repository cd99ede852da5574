/**
 * The only functions that turn a value into T-SQL text. Everything else travels as a parameter; these are for the places
 * where T-SQL takes no parameter (names, BACKUP/RESTORE/ALTER/KILL, batches).
 */
import { PoolError } from '../topology/pool-error.ts';

/** sysname: 1 to 128 UTF-16 code units. */
const MAX_IDENTIFIER = 128;
/** Control characters never occur in a name that a person typed on purpose; U+FFFF is not allowed in T-SQL names. */
// eslint-disable-next-line no-control-regex -- refusing control characters is the point of the pattern
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\uffff]/;

/** `[name]` with `]` doubled. One part: `msdb.dbo` is one odd name, not two. Throws PCO_DESIRED_INVALID. */
export function identifier(name: string): string {
  if (name.length === 0 || name.length > MAX_IDENTIFIER) {
    throw new PoolError(
      'PCO_DESIRED_INVALID',
      `a SQL Server name has 1 to ${MAX_IDENTIFIER} characters, this one has ${name.length}: "${name.slice(0, 40)}"`,
    );
  }
  if (FORBIDDEN.test(name)) {
    throw new PoolError(
      'PCO_DESIRED_INVALID',
      `a SQL Server name holds a control character: ${JSON.stringify(name)}`,
    );
  }
  return `[${name.replaceAll(']', ']]')}]`;
}

/** `N'text'` with `'` doubled; nvarchar, so no code page can lose a character. A NUL is refused. */
export function literal(text: string): string {
  if (text.includes('\u0000')) {
    throw new PoolError('PCO_INTERNAL', `a T-SQL literal holds a NUL character: ${JSON.stringify(text)}`);
  }
  return `N'${text.replaceAll("'", "''")}'`;
}

/** Decimal text of a whole number within JavaScript's exact range; throws PCO_INTERNAL for anything else. */
export function integer(n: number): string {
  if (!Number.isSafeInteger(n)) throw new PoolError('PCO_INTERNAL', `not a whole number for T-SQL: ${n}`);
  return n.toString();
}
