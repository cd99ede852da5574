/** Which licences a package that the product brings along may have, and what is wrong with one that has another. Pure. */

/** Permissive ones that ask for no more than their own text (SPDX identifiers). Another one is a decision of people. */
const ALLOWED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
]);

export interface Licensed {
  readonly name: string;
  readonly version: string;
  /** As the package states it; anything may stand there. */
  readonly license?: unknown;
}

/** Of an SPDX expression without exceptions: one side of OR is enough, AND takes both. */
function isAllowed(expression: string): boolean {
  const words = expression.replaceAll(/[()]/g, '');
  return words.split(' OR ').some((side) => side.split(' AND ').every((id) => ALLOWED.has(id.trim())));
}

/** Empty: the licence is allowed. */
export function licenceTrouble({ name, version, license }: Licensed): readonly string[] {
  if (typeof license !== 'string' || license === '') return [`${name} ${version} states no licence`];
  // Parentheses that group sides differently would be read wrongly here; none does so far.
  if (/\([^)]* OR [^)]*\) AND|AND \(/.test(license))
    return [`${name} ${version}: ${license} is not understood`];
  return isAllowed(license) ? [] : [`${name} ${version}: ${license} is not allowed`];
}
