/** The OpenAPI 3.1 document, from the same rows that serve the requests. */
import { z } from 'zod';
import type { ApiRoute } from './api-route.ts';
import { DECISION_ROUTES } from './decision-routes.ts';
import { eventSchemas } from './event-data.ts';
import { EVENT_ROUTES } from './event-routes.ts';
import { POOL_ROUTES } from './pool-routes.ts';
import { STORY_ROUTES } from './story-routes.ts';
import { PROBLEM_TYPE, RETRY_AFTER_S, TITLES, problemSchema } from './problem.ts';

export const API_ROUTES: readonly ApiRoute[] = [
  ...POOL_ROUTES,
  ...STORY_ROUTES,
  ...EVENT_ROUTES,
  ...DECISION_ROUTES,
];
export const OPEN_API_PATH = '/api/v1/openapi.json';

type Json = Readonly<Record<string, unknown>>;

/** The dialect is that of OpenAPI 3.1 itself. */
const jsonSchema = (schema: z.ZodType, io: 'input' | 'output'): Json => ({
  ...z.toJSONSchema(schema, { io }),
  $schema: undefined,
});

const PROBLEM_REF = { $ref: '#/components/schemas/Problem' };

function problems(route: ApiRoute): readonly number[] {
  const named = route.path.includes('{name}') ? [404, 414] : [];
  if (route.method === 'GET')
    return [400, 401, 403, ...named, 429, ...(route.answer.type === undefined ? [] : [503])];
  return [
    400,
    401,
    403,
    ...named,
    409,
    ...(route.ifMatch === true ? [412, 428] : []),
    413,
    415,
    422,
    429,
    500,
    503,
  ].sort((one, other) => one - other);
}

const IF_MATCH = 'ETag of the pool whose plan was looked at; * is refused';
const LAST_EVENT_ID = 'id of the last event that was had; left out: only what comes';
const IDEMPOTENCY_KEY =
  '1 to 200 printable characters: the same key and request are answered again for a day and done once';
/** Headers of answers. */
const ETAG = {
  ETag: {
    description: 'generation, steps and loss of the plan; for If-Match, not for caches',
    schema: { type: 'string' },
  },
};
const RETRY_AFTER = {
  'Retry-After': { description: 'seconds', schema: { type: 'integer', minimum: 1 } },
};
const headersOf = (status: number): Json => (status in RETRY_AFTER_S ? { headers: RETRY_AFTER } : {});

function parameters(route: ApiRoute): readonly Json[] {
  const of = (where: 'path' | 'query', schema: z.ZodType): readonly Json[] => {
    const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
    return Object.entries(properties).map(([name, given]) => ({
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      schema: given,
    }));
  };
  const header = (name: string, required: boolean, description: string): Json => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string' },
  });
  return [
    ...of('path', route.params),
    ...of('query', route.query),
    ...(route.answer.type === undefined ? [] : [header('Last-Event-ID', false, LAST_EVENT_ID)]),
    ...(route.ifMatch === true ? [header('If-Match', true, IF_MATCH)] : []),
    ...(route.method === 'POST' ? [header('Idempotency-Key', false, IDEMPOTENCY_KEY)] : []),
  ];
}

/** A token of the settings fills in who decides: see `by` in decision-body.ts. */
const unsigned = (schema: Json): Json => ({
  ...schema,
  required: (schema['required'] as readonly string[] | undefined)?.filter((field) => field !== 'by'),
});

function operation(route: ApiRoute): Json {
  const { body, answer, method, summary } = route;
  const { type } = answer;
  const content = (schema: Json): Json => ({ [type ?? 'application/json']: { schema } });
  return {
    summary,
    parameters: parameters(route),
    'x-role': route.role ?? 'view',
    security: [{ bearer: [] }, ...(method === 'GET' ? [{}] : [])],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: unsigned(jsonSchema(body, 'input')) } },
          },
        }),
    responses: {
      [String(answer.status)]: {
        description: summary,
        ...(route.tagged === true ? { headers: ETAG } : {}),
        content: content(jsonSchema(answer.schema, 'output')),
      },
      ...Object.fromEntries(
        problems(route).map((status) => [
          String(status),
          {
            description: TITLES[status] ?? 'refused',
            ...headersOf(status),
            content: { [PROBLEM_TYPE]: { schema: PROBLEM_REF } },
          },
        ]),
      ),
    },
  };
}

export function openApiDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const route of API_ROUTES)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  return {
    openapi: '3.1.0',
    info: { title: 'pchat-operator', version: 'v1' },
    paths,
    components: {
      schemas: {
        Problem: jsonSchema(problemSchema, 'output'),
        ...Object.fromEntries(
          Object.entries(eventSchemas).map(([type, schema]) => [
            `event-${type}`,
            jsonSchema(schema, 'output'),
          ]),
        ),
      },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  };
}
