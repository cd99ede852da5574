/** Declared parameters of the cmdlets and their binding: unknown names, missing ones, values of a wrong kind. */
import { missingParameter, unknownParameter, wrongValue, type CmdletFailure } from './cmdlet-failures.ts';

/** `modifier`: PSListModifier, `{replace: [...]}`, `{add: ...}`, `{remove: ...}` or null. */
export type ParameterKind = 'text' | 'switch' | 'number' | 'list' | 'modifier' | readonly string[];

export interface ParameterDeclaration {
  readonly kind: ParameterKind;
  readonly mandatory?: boolean;
}

export type Declarations = Readonly<Record<string, ParameterDeclaration>>;

export const COMMON: Declarations = { Confirm: { kind: 'switch' }, WhatIf: { kind: 'switch' } };

export interface BoundParameters {
  has(name: string): boolean;
  text(name: string): string | undefined;
  flag(name: string): boolean;
  list(name: string): readonly string[];
  raw(name: string): unknown;
}

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

function fits(kind: ParameterKind, value: unknown): boolean {
  if (typeof kind !== 'string')
    return typeof value === 'string' && kind.some((word) => word.toLowerCase() === value.toLowerCase());
  switch (kind) {
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'switch':
      return typeof value === 'boolean';
    case 'number':
      return typeof value === 'number';
    case 'list':
      return typeof value === 'string' || isTextList(value);
    case 'modifier':
      return value === null || (typeof value === 'object' && !Array.isArray(value));
  }
}

/** PowerShell's names compare without case. */
export function bindParameters(
  cmdlet: string,
  declared: Declarations,
  given: Readonly<Record<string, unknown>>,
): BoundParameters | CmdletFailure {
  const all = { ...COMMON, ...declared };
  const names = Object.keys(all);
  const values = new Map<string, unknown>();
  for (const [name, value] of Object.entries(given)) {
    const declaredName = names.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (declaredName === undefined) return unknownParameter(cmdlet, name);
    const kind = all[declaredName]?.kind ?? 'text';
    if (!fits(kind, value))
      return wrongValue(cmdlet, declaredName, value, typeof kind === 'string' ? kind : kind.join(', '));
    values.set(declaredName, value);
  }
  const missing = names.find((name) => all[name]?.mandatory === true && !values.has(name));
  if (missing !== undefined) return missingParameter(cmdlet, missing);
  return bound(values);
}

function bound(values: ReadonlyMap<string, unknown>): BoundParameters {
  const raw = (name: string): unknown => values.get(name);
  return {
    has: (name) => values.has(name),
    raw,
    text: (name) => {
      const value = raw(name);
      return typeof value === 'string' ? value : undefined;
    },
    flag: (name) => raw(name) === true,
    list: (name) => {
      const value = raw(name);
      return typeof value === 'string' ? [value] : isTextList(value) ? value : [];
    },
  };
}

export const isCmdletFailure = (result: BoundParameters | CmdletFailure): result is CmdletFailure =>
  'ok' in result;
