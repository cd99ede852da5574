/**
 * Hostile names in every field of the desired state and of the settings: refused at their line and column with the reason, or carried
 * through letter by letter. The fields come from the schemas.
 */
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import { parseSettings } from '../../src/desired-state/parse-settings.ts';
import { oneLine, unseenCharacter } from '../../src/desired-state/plain-text.ts';
import { desiredDocumentSchema } from '../../src/desired-state/schema.ts';
import { settingsSchema } from '../../src/desired-state/settings-schema.ts';
import { formatFinding } from '../../src/desired-state/yaml-document.ts';
import { toPoolError } from '../../src/topology/pool-error.ts';
import { FULL_DESIRED_STATE, FULL_SETTINGS } from './full-documents.ts';
import { HOSTILE_NAMES } from './hostile-names.ts';
import { fieldsOf, nameOf, placeOf, valueAt, withValue, type Field } from './schema-fields.ts';
import { WHOLE } from '../support/budget.ts';

const FILE = 'hostile.yaml';
/** Where the settings lie: relative paths are taken from here. */
const FOLDER = '/etc/pchat';

/** A document under one name: the lines that refuse it, or every text of what became of it. */
interface Outcome {
  readonly refused: readonly string[];
  readonly arrived: readonly string[];
}

/** Texts and keys of whatever is made of a document. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

function readDesiredState(text: string): Outcome {
  const parsed = parseDesiredState(text, FILE);
  if (parsed.kind === 'invalid') return { refused: parsed.findings.map(formatFinding), arrived: [] };
  return { refused: [], arrived: parsed.pools.flatMap(({ topology }) => textsIn(topology)) };
}

function readSettings(text: string): Outcome {
  try {
    const settings = parseSettings(text, path.join(FOLDER, FILE));
    const names = Object.keys((JSON.parse(text) as { readonly instances: object }).instances);
    const instances = ['any.contoso.com', ...names].map((name) => [name, settings.instance(name)] as const);
    return { refused: [], arrived: textsIn([settings, instances]) };
  } catch (error) {
    const prefix = new RegExp(`^${path.join(FOLDER, FILE)}`, 'gm');
    return { refused: toPoolError(error).message.replaceAll(prefix, FILE).split('\n'), arrived: [] };
  }
}

/**
 * The name alone, and where the value has parts as its last and its first one: a folder or a host is never a bare name. Within the
 * fixed budget only the last part, which is what a value with parts can carry.
 */
function formsOf(field: Field, name: string): readonly string[] {
  const value = valueAt(field);
  if (typeof value !== 'string' || !/[\\/.:]/.test(value)) return [name];
  const last = value.replace(/\w[\w-]*$/, () => name);
  return WHOLE ? [...new Set([name, last, value.replace(/\w[\w-]*/, () => name)])] : [last];
}

/** JSON is YAML that brings every character. */
const textOf = (document: unknown): string => JSON.stringify(document, null, 1);

/** `line:column` at which the value begins. */
function startOf(field: Field): string {
  const mark = 'mark-of-the-test';
  const text = textOf(withValue(field, mark));
  const before = text.slice(0, text.indexOf(JSON.stringify(mark)));
  return `${String(before.split('\n').length)}:${String(before.length - before.lastIndexOf('\n'))}`;
}

interface Tried {
  readonly label: string;
  readonly value: string;
  readonly outcome: Outcome;
}

const triedIn = (field: Field, read: (text: string) => Outcome): readonly Tried[] =>
  Object.entries(HOSTILE_NAMES).flatMap(([label, name]) =>
    formsOf(field, name).map((value) => ({ label, value, outcome: read(textOf(withValue(field, value))) })),
  );

/** undefined: refused as it should be, or here unharmed. */
function troubleOf(field: Field, start: string, { value, outcome }: Tried): string | undefined {
  const { refused, arrived } = outcome;
  if (refused.length === 0)
    return arrived.includes(value) || arrived.includes(path.resolve(FOLDER, value))
      ? undefined
      : 'is neither refused nor here';
  const wanted = oneLine(`${FILE}:${start}: ${placeOf(field, value)}: `);
  if (!refused.every((line) => line.startsWith(wanted) && line.length > wanted.length))
    return `is refused elsewhere or without a reason: ${refused.join(' | ')}`;
  return refused.some((line) => unseenCharacter(line) !== undefined) ? 'breaks the message' : undefined;
}

/** One line for each name that fares ill. */
function troublesOf(field: Field, read: (text: string) => Outcome): readonly string[] {
  const start = startOf(field);
  return triedIn(field, read).flatMap((tried) => {
    const trouble = troubleOf(field, start, tried);
    return trouble === undefined
      ? []
      : `${nameOf(field)} × ${tried.label} as ${JSON.stringify(tried.value)} ${trouble}`;
  });
}

const desiredFields = fieldsOf(desiredDocumentSchema, [FULL_DESIRED_STATE]);
const settingsFields = fieldsOf(settingsSchema, FULL_SETTINGS);
const rows = (fields: readonly Field[]) => fields.map((field) => [nameOf(field), field] as const);

describe('in the desired state', () => {
  test.each(rows(desiredFields))('%s', (_, field) => {
    expect(troublesOf(field, readDesiredState)).toEqual([]);
  });
});

describe('in the settings', () => {
  test.each(rows(settingsFields))('of %s', (_, field) => {
    expect(troublesOf(field, readSettings)).toEqual([]);
  });
});
