/** Data type names as DECLARE, CREATE TABLE and CONVERT write them. `date`, `time`, `money`, `xml` and user types are not known. */
import type { SqlType } from '../sql-tokens.ts';
import { syntaxError } from './sql-error.ts';
import type { SqlError } from './sql-error.ts';
import type { TokenStream } from './token-stream.ts';

const MAX_LENGTH = { nvarchar: 4000, varchar: 8000, varbinary: 8000, nchar: 4000, char: 8000 } as const;
type SizedName = keyof typeof MAX_LENGTH;

/** `lengthWhenOmitted`: 30 in CAST and CONVERT, 1 in declarations. */
export function parseType(stream: TokenStream, lengthWhenOmitted: 1 | 30): SqlType {
  const token = stream.peek();
  if (token.kind !== 'name') throw stream.refuse();
  stream.next();
  if (stream.acceptMark('.')) return parseType(stream, lengthWhenOmitted);
  const name = token.text.toLowerCase();
  switch (name) {
    case 'int':
    case 'bigint':
    case 'smallint':
    case 'tinyint':
    case 'bit':
    case 'real':
    case 'uniqueidentifier':
    case 'datetime':
    case 'sql_variant':
      return { name };
    case 'integer':
      return { name: 'int' };
    case 'float':
      return floatType(stream);
    case 'sysname':
      return { name: 'nvarchar', length: 128 };
    case 'decimal':
    case 'dec':
    case 'numeric':
      return numericType(stream);
    case 'datetime2':
    case 'datetimeoffset':
      return { name, scale: numbers(stream)[0] ?? 7 };
    case 'nvarchar':
    case 'varchar':
    case 'varbinary':
    case 'nchar':
    case 'char':
      return sizedType(stream, name, lengthWhenOmitted);
    default:
      throw unknownType(token.text, token.line, lengthWhenOmitted);
  }
}

function floatType(stream: TokenStream): SqlType {
  const [bits = 53] = numbers(stream);
  return { name: bits <= 24 ? 'real' : 'float' };
}

function unknownType(name: string, line: number, lengthWhenOmitted: 1 | 30): SqlError {
  return lengthWhenOmitted === 30 ? syntaxError(243, line, name) : syntaxError(2715, line, 1, name);
}

function numericType(stream: TokenStream): SqlType {
  const [precision = 18, scale = 0] = numbers(stream);
  if (precision < 1 || precision > 38 || scale > precision) throw stream.refuse();
  return { name: 'numeric', precision, scale };
}

function sizedType(stream: TokenStream, name: SizedName, omitted: 1 | 30): SqlType {
  const fixed = name === 'nchar' || name === 'char';
  if (stream.isMark('(') && stream.is('MAX', 1) && stream.isMark(')', 2)) {
    if (fixed) throw stream.refuse();
    for (let i = 0; i < 3; i += 1) stream.next();
    return { name, length: 'max' };
  }
  const [length = omitted] = numbers(stream);
  if (length < 1 || length > MAX_LENGTH[name]) throw stream.refuse();
  return { name, length };
}

/** `(n)` or `(n, m)` or nothing. */
function numbers(stream: TokenStream): readonly number[] {
  if (!stream.acceptMark('(')) return [];
  const found: number[] = [];
  do {
    const token = stream.peek();
    if (token.kind !== 'number' || !/^\d{1,5}$/.test(token.text)) throw stream.refuse();
    found.push(Number(stream.next().text));
  } while (stream.acceptMark(','));
  stream.expectMark(')');
  return found;
}
