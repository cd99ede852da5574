/** Two declared pools side by side, value by value: what an edit changed. Pure. */
import type { DeclaredChange } from './transition.ts';

/** Values by their path; a list without objects is one value, as people write and read it. */
export function valuesOf(declared: unknown, path = ''): ReadonlyMap<string, string> {
  const nested = isPlain(declared)
    ? Object.entries(declared).map(([key, value]) => [path === '' ? key : `${path}.${key}`, value] as const)
    : Array.isArray(declared) && declared.some(isPlain)
      ? declared.map((value: unknown, index) => [`${path}[${String(index)}]`, value] as const)
      : undefined;
  if (nested === undefined) return new Map([[path, words(declared)]]);
  return new Map(nested.flatMap(([at, value]) => [...valuesOf(value, at)]));
}

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function words(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(words).join(', ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** In the order of the newer document, then what it no longer has. null: one of them is not kept. */
export function declaredChanges(before: unknown, after: unknown): readonly DeclaredChange[] | null {
  if (!isPlain(before) || !isPlain(after)) return null;
  const [old, now] = [valuesOf(before), valuesOf(after)];
  const paths = new Set([...now.keys(), ...old.keys()]);
  return [...paths]
    .map((path) => ({ path, before: old.get(path) ?? null, after: now.get(path) ?? null }))
    .filter((change) => change.before !== change.after);
}
