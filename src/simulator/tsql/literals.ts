/** Constants of the text as typed expressions: what type a number or string has before anything is done with it. */
import type { Expression } from './syntax.ts';

type Literal = Extract<Expression, { kind: 'literal' }>;

const INT_MAX = 2_147_483_647n;

/** Whole numbers are int, longer ones numeric(n,0) (never bigint: docs `data-types/constants`), `1e3` float. */
export function numberLiteral(text: string): Literal {
  if (/e/i.test(text)) return { kind: 'literal', type: { name: 'float' }, value: Number(text) };
  const [whole = '', fraction = ''] = text.split('.');
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  if (!text.includes('.') && BigInt(digits) <= INT_MAX)
    return { kind: 'literal', type: { name: 'int' }, value: Number(digits) };
  const precision = Math.min(38, Math.max(1, (digits === '0' ? '' : digits).length + fraction.length));
  const value = fraction === '' ? digits : `${digits}.${fraction}`;
  return { kind: 'literal', type: { name: 'numeric', precision, scale: fraction.length }, value };
}

export function stringLiteral(text: string, unicode: boolean): Literal {
  const limit = unicode ? 4000 : 8000;
  const length = text.length > limit ? 'max' : Math.max(1, text.length);
  return { kind: 'literal', type: { name: unicode ? 'nvarchar' : 'varchar', length }, value: text };
}

export const NULL_LITERAL: Literal = { kind: 'literal', type: { name: 'int' }, value: null };
