/** Whatever is typed: the engine ends with tokens, never with an exception, a hang or a stack overflow. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/simulator/tsql/sql-error.ts';
import { parseBatch } from '../../../src/simulator/tsql/parse-statements.ts';
import { batch, errorsOf, settle, smallHost } from './small-host.ts';

const WORDS =
  `select from where group by order having top distinct union all case when then else end if begin try catch
  declare set exec insert into values create table drop backup restore database log to disk with norecovery alter kill use
  print raiserror throw return as on join left cross apply exists in like between is not null and or convert cast varchar int
  sys.databases name @x @@error #t 1 2.5 'a' N'b' [c] "d" ( ) , ; = < > + - * / % . count max isnull go 0x1 null waitfor delay`.split(
    /\s+/,
  );

function runs(text: string): void {
  const host = smallHost();
  const tokens = settle(batch(text, host), host);
  expect(['end', 'close']).toContain(tokens.at(-1)?.kind);
}

describe('any text', () => {
  test('arbitrary characters are parsed or refused, nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        try {
          parseBatch(text, new Map());
        } catch (error) {
          expect(error).toBeInstanceOf(SqlError);
        }
        runs(text);
      }),
      { numRuns: 500 },
    );
  });

  test('arbitrary words of the language end with tokens', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS), { maxLength: 25 }), (words) => runs(words.join(' '))),
      { numRuns: 3000 },
    );
  });

  test('well-formed statements in any mixture end with tokens', () => {
    const pieces = fc.constantFrom(
      'select name, state + 1 from sys.databases order by 2 desc;',
      "begin try select convert(int, 'x') end try begin catch throw end catch;",
      "exec sp_executesql N'select @p', N'@p int', 3;",
      'if @@error = 0 begin select 1 end else select 2;',
      'create table #q (x int);',
      'insert #q select database_id from sys.databases;',
      "waitfor delay '00:00:01';",
      'select * from #q;',
      'use mgc;',
      "raiserror('x', 16, 1);",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => runs(parts.join('\n'))),
      { numRuns: 300 },
    );
  });

  test.each([
    ['parentheses', `select ${'('.repeat(50_000)}1`],
    ['closed parentheses', `select ${'('.repeat(5000)}1${')'.repeat(5000)}`],
    ['BEGIN', 'begin '.repeat(50_000)],
    ['NOT', `if ${'not '.repeat(50_000)} 1 = 1 select 1`],
    ['minus', `select ${'- '.repeat(50_000)} 1`],
    ['a chain of plus', `select 1${' + 1'.repeat(100_000)}`],
    ['a chain of AND', `if 1 = 1${' and 1 = 1'.repeat(50_000)} select 1`],
    ['CASE', `select ${'case when 1 = 1 then '.repeat(20_000)}`],
    ['subqueries', `select ${'(select '.repeat(20_000)}`],
    ['IF', 'if 1 = 1 '.repeat(50_000)],
    ['comments', '/*'.repeat(50_000)],
    ['ELSE IF', 'if 1 = 2 select 1 else '.repeat(20_000)],
    ['derived tables', `select * from ${'(select * from '.repeat(20_000)}`],
  ])('deep nesting of %s is refused', (_name, text) => {
    expect(errorsOf(batch(text))).toHaveLength(1);
  });

  test('one megabyte of random words is answered soon', () => {
    let seed = 7;
    const parts: string[] = [];
    for (let length = 0; length < 1_000_000;) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const word = WORDS[seed % WORDS.length] ?? '';
      parts.push(word);
      length += word.length + 1;
    }
    const started = process.hrtime.bigint();
    runs(parts.join(' '));
    runs(`select '${'x'.repeat(1_000_000)}'`);
    runs(`select 1;${' '.repeat(1_000_000)}`);
    expect(Number(process.hrtime.bigint() - started) / 1e6).toBeLessThan(5000);
  });
});
