/**
 * YAML text to plain values with the place of every value, so that an error can name file, line and column. Refuses what is
 * too large, empty, malformed or an alias bomb. Knows nothing of the documents' meaning; the schemas do.
 */
import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type YAMLError,
} from 'yaml';
import type { z } from 'zod';
import { oneLine } from './plain-text.ts';

export type Path = readonly PropertyKey[];

/** One thing that is wrong, where, what was expected there, and what a person can do. */
export interface Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** For example `pools[0].policy.mode`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** One line, whatever keys and values the text holds. */
export const formatFinding = (finding: Finding): string =>
  oneLine(
    `${finding.file}:${finding.line}:${finding.column}: ${finding.path === '' ? '' : `${finding.path}: `}${finding.message}` +
      (finding.hint === undefined ? '' : ` (${finding.hint})`),
  );

export const pathText = (path: Path): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');

/** Bytes of UTF-8; a desired state of 500 pools is well below. */
export const MAX_YAML_BYTES = 1_048_576;
const MAX_ALIASES = 100;
/** The first errors of the text tell what is wrong; the others follow from them. */
const MAX_SYNTAX = 20;
const TOO_DEEP = 'the text is nested too deeply';

export interface YamlValue {
  readonly value: unknown;
  /** The finding at the place of a path; a path that is not in the text is reported at its nearest parent. */
  finding(path: Path, message: string, hint?: string): Finding;
  /** The same, but at the key instead of the value. */
  findingAtKey(path: Path, message: string, hint?: string): Finding;
}

export type YamlResult =
  | { readonly kind: 'ok'; readonly documents: readonly YamlValue[] }
  | { readonly kind: 'broken'; readonly findings: readonly Finding[] };

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'YAML is indented with blanks; replace the tab',
  DUPLICATE_KEY: 'each key may be given once',
  MULTILINE_IMPLICIT_KEY: 'a quote or a bracket may be missing in the line above',
  BAD_INDENT: 'lines that belong together start in the same column',
  MISSING_CHAR: 'a quote, bracket or comma is missing; the file may be cut off',
  UNEXPECTED_TOKEN: 'check the quotes and brackets around this place',
};

export function parseYaml(text: string, file: string): YamlResult {
  const broken = (message: string, hint?: string): YamlResult => ({
    kind: 'broken',
    findings: [{ file, line: 1, column: 1, path: '', message, hint }],
  });
  if (Buffer.byteLength(text) > MAX_YAML_BYTES) {
    const megabytes = (Buffer.byteLength(text) / MAX_YAML_BYTES).toFixed(1);
    return broken(`the file has ${megabytes} MB, at most 1 MB is read`, 'is it the right file?');
  }
  const lines = new LineCounter();
  const documents = allDocuments(text, lines);
  if (documents === 'too deep') return broken(TOO_DEEP, 'is it the right file?');
  if (!Array.isArray(documents))
    return broken('the file is empty', 'it needs at least the key that the example shows');
  const list = documents as Document[];
  const errors = list.flatMap((document) => document.errors);
  if (errors.length > 0)
    return {
      kind: 'broken',
      findings: errors.slice(0, MAX_SYNTAX).map((error) => syntaxFinding(error, file)),
    };
  const filled = list.filter((document) => document.contents !== null && !isEmptyScalar(document));
  if (filled.length === 0)
    return broken('the file is empty', 'it needs at least the key that the example shows');
  const values: YamlValue[] = [];
  for (const document of filled) {
    const value = refusedKey(document, lines, file) ?? toValue(document, lines, file);
    if ('line' in value) return { kind: 'broken', findings: [value] };
    values.push(value);
  }
  return { kind: 'ok', documents: values };
}

/** The parser goes down by recursion: it reports most overflows as errors of the text, and throws the others. */
function allDocuments(text: string, lines: LineCounter): ReturnType<typeof parseAllDocuments> | 'too deep' {
  try {
    return parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: true,
      uniqueKeys: true,
      logLevel: 'silent',
    });
  } catch (error) {
    if (error instanceof RangeError) return 'too deep';
    throw error;
  }
}

const isEmptyScalar = (document: Document): boolean =>
  isScalar(document.contents) && document.contents.value === null;

function syntaxFinding(error: YAMLError, file: string): Finding {
  const at = error.linePos?.[0];
  // The first line is the sentence; the rest repeats the place and shows an excerpt of the text.
  const first = (error.message.split('\n')[0] ?? error.message).replace(/ at line \d+, column \d+:?$/, '');
  const message = /call stack|stack overflow/i.test(first) ? TOO_DEEP : first;
  return { file, line: at?.line ?? 1, column: at?.col ?? 1, path: '', message, hint: HINTS[error.code] };
}

function toValue(document: Document, lines: LineCounter, file: string): YamlValue | Finding {
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      file,
      ...place(firstAlias(document)),
      path: '',
      message: `aliases cannot be resolved: ${message}`,
      hint: `at most ${MAX_ALIASES} expanded aliases are allowed; write the values out`,
    };
  }
  const found = (path: Path, atKey: boolean, message: string, hint: string | undefined): Finding => ({
    file,
    ...place(offsetOf(document, path, atKey)),
    path: pathText(path),
    message,
    hint,
  });
  return {
    value,
    finding: (path, message, hint) => found(path, false, message, hint),
    findingAtKey: (path, message, hint) => found(path, true, message, hint),
  };
}

/** A plain object cannot have it: the schemas would not see it, and what stands below it would vanish without a word. */
function refusedKey(document: Document, lines: LineCounter, file: string): Finding | undefined {
  let found: Finding | undefined;
  visit(document, {
    Pair(_key, pair, above) {
      if (!isScalar(pair.key) || pair.key.value !== '__proto__') return undefined;
      const { line, col: column } = lines.linePos(pair.key.range?.[0] ?? 0);
      const path = pathText(keysOf([...above, pair]));
      found = { file, line, column, path, message: 'expected another key', hint: undefined };
      return visit.BREAK;
    },
  });
  return found;
}

const keysOf = (nodes: readonly unknown[]): Path =>
  nodes.flatMap((node, at): Path => {
    if (isPair(node)) return isScalar(node.key) ? [String(node.key.value)] : [];
    return isSeq(node) ? [node.items.indexOf(nodes[at + 1])] : [];
  });

/** The first alias that leads nowhere; else the first one at all. */
function firstAlias(document: Document): number {
  let first: number | undefined;
  let lost: number | undefined;
  visit(document, {
    Alias(_key, node) {
      const offset = node.range?.[0] ?? 0;
      first ??= offset;
      if (node.resolve(document) !== undefined) return undefined;
      lost = offset;
      return visit.BREAK;
    },
  });
  return lost ?? first ?? 0;
}

/** Offset of the value (or key) at the path, or of the nearest parent that exists in the text. */
function offsetOf(document: Document, path: Path, atKey: boolean): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part),
      );
      if (pair === undefined) return offset;
      const last = index === path.length - 1;
      const keyOffset = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
      const valueOffset = isNode(pair.value) ? pair.value.range?.[0] : undefined;
      offset = (last && atKey ? keyOffset : (valueOffset ?? keyOffset)) ?? offset;
      node = pair.value;
    } else if (isNode(node) && 'items' in node && Array.isArray(node.items)) {
      const item: unknown = node.items[Number(part)];
      if (!isNode(item)) return offset;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else return offset;
  }
  return offset;
}

/** What zod says, in words and at its place; unknown keys first, because a misspelt key also makes another one missing. */
export function schemaFindings(document: YamlValue, issues: readonly z.core.$ZodIssue[]): Finding[] {
  const meant = issues.flatMap((issue) => meantBy(issue));
  const unknownKeys = meant.filter((issue) => issue.code === 'unrecognized_keys');
  return [
    ...unknownKeys.flatMap((issue) =>
      issue.keys.map((key) =>
        document.findingAtKey([...issue.path, key], 'this key is not known here', 'keys are case-sensitive'),
      ),
    ),
    ...meant
      .filter((issue) => issue.code !== 'unrecognized_keys')
      .map((issue) => {
        const message = `${isMissing(issue) ? 'is missing: ' : ''}expected ${expectation(issue)}`;
        return issue.code === 'invalid_key'
          ? document.findingAtKey(issue.path, message)
          : document.finding(issue.path, message);
      }),
  ];
}

/** Of groups that exclude each other, what is wrong in the one whose keys stand there. */
function meantBy(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const isOther = (errors: readonly z.core.$ZodIssue[]): boolean =>
    errors.some(({ code }) => code === 'unrecognized_keys');
  const [one, ...more] = issue.errors.filter((errors) => !isOther(errors));
  if (one === undefined || more.length > 0 || !issue.errors.some(isOther)) return [issue];
  return one.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

const isMissing = (issue: z.core.$ZodIssue): boolean =>
  issue.code === 'invalid_union'
    ? issue.errors.flat().some(isMissing)
    : issue.code === 'invalid_type' && issue.message.endsWith('received undefined');

/** zod's type names in words for people who write YAML. */
const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a group of keys',
  record: 'a group of keys',
  array: 'a list',
  int: 'a whole number',
  number: 'a number',
};

const UNITS: Readonly<Record<string, { readonly one: string; readonly many: string }>> = {
  array: { one: ' entry', many: ' entries' },
  string: { one: ' character', many: ' characters' },
};

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return WORDS[issue.expected] ?? issue.expected;
    case 'invalid_union':
      return [...new Set(issue.errors.flat().map(expectation))].join(', or ');
    case 'invalid_value':
      return issue.values.length === 1
        ? `the word ${String(issue.values[0])}`
        : `one of ${issue.values.map(String).join(', ')}`;
    case 'invalid_key':
      return `a name that is ${[...new Set(issue.issues.map(expectation))].join(', and ')}`;
    case 'invalid_format':
    case 'custom':
      return issue.message;
    case 'too_small':
      return `at least ${issue.minimum}${UNITS[issue.origin]?.one ?? ''}`;
    case 'too_big':
      return `at most ${issue.maximum}${UNITS[issue.origin]?.many ?? ''}`;
    default:
      return issue.message;
  }
}
