import fc from 'fast-check';
import { expect, test } from 'vitest';
import { identifier, integer, literal } from '../../src/statements/quote.ts';
import { tokenize } from '../../src/simulator/tsql/lexer.ts';
import { PoolError } from '../../src/topology/pool-error.ts';

test.each([
  ['mgc', '[mgc]'],
  ['a]b', '[a]]b]'],
  ["x'; DROP DATABASE mgc --", "[x'; DROP DATABASE mgc --]"],
])('the name %s is %s', (name, quoted) => {
  expect(identifier(name)).toBe(quoted);
});

test.each(['', 'x'.repeat(129), 'a\u0000b', 'a\nb', 'a\u2028b'])('refuses the name %j', (name) => {
  expect(() => identifier(name)).toThrow(PoolError);
});

test('text of any kind stays one literal token', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      if (text.includes('\u0000')) return;
      const tokens = tokenize(literal(text)).filter(({ kind }) => kind !== 'end');
      expect(tokens.map(({ kind }) => kind)).toEqual(['string']);
    }),
  );
});

test.each([Number.NaN, 1.5, 2 ** 53, Number.POSITIVE_INFINITY])('refuses the number %d', (n) => {
  expect(() => integer(n)).toThrow(PoolError);
});
