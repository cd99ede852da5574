/** docs/openapi.json as a client reads it: what a request may hold, and whether an answer is one of those that are promised. */
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { LightMyRequestResponse } from 'fastify';
import type { Role } from '../../src/http/callers.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

interface Content {
  readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

export interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly 'x-role': Role;
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content & { readonly headers?: object }>>;
}

export interface DocumentedRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly operation: Operation;
}

const file = new URL('../../docs/openapi.json', import.meta.url);
const document = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
// What zod writes and ajv does not know (formats beside their patterns) is left alone.
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(document, 'openapi');

/** A schema is looked up in the document, so that its references are, too. */
function schemaAt(...steps: readonly string[]): ValidateFunction {
  const pointer = steps.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
  const ref = `openapi#/${encodeURI(pointer)}`;
  return ajv.getSchema(ref) ?? ajv.compile({ $ref: ref });
}

export const DOCUMENTED: readonly DocumentedRoute[] = Object.entries(document.paths).flatMap(
  ([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method === 'post' ? ('POST' as const) : ('GET' as const),
      path,
      operation,
    })),
);

export const isStream = ({ operation }: DocumentedRoute): boolean =>
  'text/event-stream' in (operation.responses['200']?.content ?? {});

export const needs = ({ operation }: DocumentedRoute, header: string): boolean =>
  operation.parameters.some(({ name, required }) => name === header && required);

export const bodySchema = ({ operation }: DocumentedRoute): JsonSchema | undefined =>
  operation.requestBody?.content['application/json']?.schema;

/** Whether the document allows this body. */
export const fitsBody = ({ method, path }: DocumentedRoute, body: unknown): boolean =>
  schemaAt('paths', path, method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema')(body);

/** null: status, type, headers and body are as the document says; otherwise what is not. */
export function undocumented(
  { method, path, operation }: DocumentedRoute,
  given: Pick<LightMyRequestResponse, 'statusCode' | 'headers' | 'body'>,
): string | null {
  const status = String(given.statusCode);
  const response = operation.responses[status];
  if (response === undefined) return `${status} is not documented: ${given.body.slice(0, 200)}`;
  const type = String(given.headers['content-type']).split(';')[0] ?? '';
  if (!(type in response.content)) return `${status} has the type ${type}`;
  for (const name of Object.keys(response.headers ?? {}))
    if (given.headers[name.toLowerCase()] === undefined) return `${status} lacks ${name}`;
  if (type === 'text/event-stream') return null;
  const fits = schemaAt('paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema');
  return fits(JSON.parse(given.body)) ? null : `${status}: ${ajv.errorsText(fits.errors)}`;
}

const PROBLEM = schemaAt('components', 'schemas', 'Problem');
export const isProblem = (body: string): boolean => PROBLEM(JSON.parse(body));
