/**
 * One row of the API: how a request of it looks, how it may be answered, what it does. The same schemas read the request and make
 * docs/openapi.json.
 */
import type { z } from 'zod';
import type { DecisionTarget, PoolStatus, StatusSource } from '../reconciler/pool-status.ts';
import type { PastSource } from '../story/kept-records.ts';
import type { ErrorCode } from '../topology/pool-error.ts';
import type { Role } from './callers.ts';
import type { EventStream } from './event-stream.ts';
import type { Supposes } from './what-if.ts';

/** What the routes ask and tell. */
export interface Services {
  readonly status: StatusSource;
  readonly decisions: DecisionTarget;
  readonly events: EventStream;
  readonly suppose: Supposes;
  /** Left out: the history of `status` is everything that there is. */
  readonly past?: PastSource | undefined;
}

/** A value at a path of the request that is not as it must be. */
export interface FieldError {
  /** Dotted, beginning with `path`, `query` or `body`. */
  readonly field: string;
  readonly message: string;
}

/** A request that is answered by a problem without anything being thrown. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly hint?: string;
  /** Left out: by status, see RETRY_AFTER_S. */
  readonly retryAfterS?: number;
  readonly errors?: readonly FieldError[];
}

export interface Success {
  readonly kind: 'success';
  readonly status: number;
  readonly body: unknown;
  /** The pool that it tells of; its entity tag goes with the answer. */
  readonly of?: PoolStatus;
}

/** Goes on until client or daemon ends it. */
export interface Streaming {
  readonly kind: 'stream';
  /** null: of every pool. */
  readonly pool: string | null;
}

export type Answer = Success | Streaming | Refusal;

/** `json`: a document as it is; everything else is read by a schema. */
export interface RawRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly caller: CalledBy;
}

export interface CalledBy {
  /** Whose requests are counted together. */
  readonly key: string;
  /** What a change is recorded to have come by: the name of a token or a certificate, or `local`. */
  readonly via: string;
}

interface Call<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly caller: CalledBy;
  readonly services: Services;
}

export interface RouteRow<P, Q, B> {
  readonly method: 'GET' | 'POST';
  /** As OpenAPI writes it, for example `/api/v1/pools/{name}`. */
  readonly path: string;
  readonly summary: string;
  /** Left out: view. */
  readonly role?: Role;
  readonly params: z.ZodType<P>;
  readonly query: z.ZodType<Q>;
  /** Left out: none is read. */
  readonly body?: z.ZodType<B>;
  /** Bytes; left out: BODY_LIMIT. */
  readonly bodyLimit?: number;
  /** Success only; problems follow from the other fields. */
  readonly answer: {
    readonly status: number;
    readonly schema: z.ZodType;
    /** Left out: application/json. */
    readonly type?: string;
  };
  /** The answer carries the entity tag of the pool's plan. */
  readonly tagged?: boolean;
  /** The decision is about the plan that was seen: `If-Match` is demanded. */
  readonly ifMatch?: boolean;
  readonly run: (call: Call<P, Q, B>) => Answer | Promise<Answer>;
}

/** A row whose types have been closed over. */
export type ApiRoute = Omit<RouteRow<unknown, unknown, unknown>, 'run'> & {
  /** Reads the request by the schemas; what it then runs is the decision or the look. */
  readonly read: (raw: RawRequest, services: Services) => Refusal | (() => Answer | Promise<Answer>);
};

/** Bytes. A decision is a few hundred; a saved plan that is approved brings a sentence per fact. */
export const BODY_LIMIT = 65_536;

const fieldErrors = (where: string, result: z.ZodSafeParseResult<unknown>): readonly FieldError[] =>
  (result.error?.issues ?? []).map(({ path, message }) => ({
    field: [where, ...path.map(String)].join('.'),
    message,
  }));

export function apiRoute<P, Q, B>({ run, ...row }: RouteRow<P, Q, B>): ApiRoute {
  return {
    ...row,
    read: (raw, services) => {
      const params = row.params.safeParse(raw.params);
      const query = row.query.safeParse(raw.query);
      const body = row.body?.safeParse(raw.body) ?? { success: true as const, data: undefined as B };
      if (params.success && query.success && body.success)
        return () =>
          run({ params: params.data, query: query.data, body: body.data, caller: raw.caller, services });
      return malformed([
        ...fieldErrors('path', params),
        ...fieldErrors('query', query),
        ...fieldErrors('body', body),
      ]);
    },
  };
}

const malformed = (errors: readonly FieldError[]): Refusal => ({
  kind: 'refusal',
  status: 400,
  code: 'PCO_USAGE',
  detail: errors.map(({ field, message }) => `${field}: ${message}`).join('; '),
  errors,
});

export const notFound = (detail: string): Refusal => ({
  kind: 'refusal',
  status: 404,
  code: 'PCO_USAGE',
  detail,
});

export const success = (body: unknown, of?: PoolStatus): Success => ({
  kind: 'success',
  status: 200,
  body,
  ...(of === undefined ? {} : { of }),
});
