/** Values by a JSON Schema as docs/openapi.json has them: mostly such as it allows, sometimes with one place that is anything. */
import fc from 'fast-check';
import type { JsonSchema } from './open-api-checks.ts';

const list = (value: unknown): readonly JsonSchema[] => (Array.isArray(value) ? (value as JsonSchema[]) : []);
const object = (value: unknown): Readonly<Record<string, JsonSchema>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, JsonSchema>) : {};
const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise);

const SHORT = 20;
const MOST = 1_000_000;

/** Only what this document uses; a keyword that is left out makes values that the schema refuses, which is a request as well. */
function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  if ('anyOf' in schema) return fc.oneof(...list(schema['anyOf']).map(valuesOf));
  switch (schema['type']) {
    case 'object':
      return objects(schema);
    case 'array':
      return fc.array(valuesOf(object(schema)['items'] ?? {}), {
        minLength: number(schema['minItems'], 0),
        maxLength: 3,
      });
    case 'string':
      return strings(schema);
    case 'integer':
      return fc.integer({
        min: number(schema['minimum'], -MOST),
        max: Math.min(MOST, number(schema['maximum'], MOST)),
      });
    case 'number':
      return fc.double({
        min: number(schema['minimum'], -MOST),
        max: number(schema['maximum'], MOST),
        noNaN: true,
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue();
  }
}

function strings(schema: JsonSchema): fc.Arbitrary<string> {
  if (schema['format'] === 'date-time')
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString());
  const minLength = number(schema['minLength'], 0);
  const maxLength = Math.min(number(schema['maxLength'], SHORT), SHORT);
  return fc.oneof(
    { weight: 3, arbitrary: fc.stringMatching(/^[a-z]{1,20}$/) },
    { weight: 1, arbitrary: fc.string({ minLength, maxLength, unit: 'binary' }) },
  );
}

function objects(schema: JsonSchema): fc.Arbitrary<unknown> {
  const required = (schema['required'] ?? []) as readonly string[];
  const properties = Object.entries(object(schema['properties']));
  const known = fc.record(Object.fromEntries(properties.map(([name, one]) => [name, valuesOf(one)])), {
    requiredKeys: [...required],
  });
  return known;
}

const RARELY = 40;

/** At every place rarely something else. */
export const valuesOf = (schema: JsonSchema): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: RARELY, arbitrary: fitting(schema) }, { weight: 1, arbitrary: fc.jsonValue() });
