/** Every place of a document where a value stands, out of its schema: a new field is there without anybody thinking of it. */
import { z } from 'zod';

export type Path = readonly (string | number)[];
/** Last part of the place of a name that the document chooses itself. */
const KEY = '(key)';

export interface Field {
  readonly path: Path;
  /** Holds a value there. */
  readonly document: unknown;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

type Group = Readonly<Record<string, unknown>>;
const isGroup = (value: unknown): value is Group =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A document, and what it holds at the place that is looked at. */
interface Held {
  readonly document: unknown;
  readonly value: unknown;
}

/**
 * Leaves of the schema, of a list in its first item, of a record in its first entry and in the name of that entry. Throws where none
 * of the documents holds a value, so that a field cannot be forgotten.
 */
export function fieldsOf(schema: z.ZodType, documents: readonly unknown[]): readonly Field[] {
  const json = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' }) as JsonSchema;
  return below(
    json,
    documents.map((document) => ({ document, value: document })),
    [],
  );
}

function below(schema: JsonSchema, documents: readonly Held[], path: Path): readonly Field[] {
  const held = documents.filter(({ value }) => value !== undefined);
  const [first] = held;
  if (first === undefined) throw new Error(`no document has ${path.join('.')}`);
  const { items, properties, additionalProperties, anyOf = [], oneOf = [] } = schema;
  const inner = (part: string | number): readonly Held[] =>
    held.map(({ document, value }) => ({ document, value: (value as Group)[part] }));
  if (items !== undefined) return below(items, inner(0), [...path, 0]);
  if (properties !== undefined)
    return Object.entries(properties).flatMap(([key, one]) => below(one, inner(key), [...path, key]));
  const groups = [...anyOf, ...oneOf].flatMap((one) =>
    one.properties === undefined ? [] : [one.properties],
  );
  if (groups.length > 0)
    return groups.flatMap((own) =>
      below(
        { properties: own },
        held.filter(({ value }) => hasOnly(value, own)),
        path,
      ),
    );
  if (typeof additionalProperties !== 'object') return [{ path, document: first.document }];
  const [key = ''] = Object.keys(first.value as Group);
  return [
    { path: [...path, key, KEY], document: first.document },
    ...below(additionalProperties, inner(key), [...path, key]),
  ];
}

const hasOnly = (value: unknown, properties: Group): boolean =>
  isGroup(value) && Object.keys(value).every((key) => key in properties);

export function valueAt({ path, document }: Field): unknown {
  if (path.at(-1) === KEY) return path.at(-2);
  return path.reduce<unknown>((value, part) => (value as Group)[part], document);
}

/** The same document with another value there. */
export const withValue = ({ path, document }: Field, value: string): unknown =>
  changed(document, path, value);

function changed(document: unknown, [part, ...rest]: Path, value: string): unknown {
  if (part === undefined) return value;
  if (Array.isArray(document))
    return document.map((item: unknown, at) => (at === part ? changed(item, rest, value) : item));
  return Object.fromEntries(
    Object.entries(document as Group).map(([key, inner]) => {
      if (key !== part) return [key, inner];
      return rest[0] === KEY ? [value, inner] : [key, changed(inner, rest, value)];
    }),
  );
}

/** As findings write it; of a name that the document chooses, the place of its entry. */
export const placeOf = ({ path }: Field, value: string): string =>
  (path.at(-1) === KEY ? [...path.slice(0, -2), value] : path).reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${String(part)}]` : text === '' ? part : `${text}.${part}`,
    '',
  );

/** Short name of a field, the same for every document: `pools[].sql.primary`. */
export const nameOf = ({ path }: Field): string =>
  path.map((part) => (typeof part === 'number' ? '[]' : part)).join('.');
