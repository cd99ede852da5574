/** People's decisions, each with a path of its own; every one of them is journalled by the daemon before it counts. */
import type { z } from 'zod';
import type { DecisionRequest } from '../reconciler/pool-status.ts';
import { decisionSchema, recordSchema, resyncSchema } from './answer-schemas.ts';
import { apiRoute, type ApiRoute, type Success } from './api-route.ts';
import { BREAK_GLASS_BODY_LIMIT, breakGlassBodySchema } from './break-glass-body.ts';
import { acceptLossBody, approveBody, attestBody, holdBody, keepBody } from './decision-body.ts';
import type { Role } from './callers.ts';
import { nameParams, noParams, noPool, noQuery, withoutDocuments } from './pool-routes.ts';

const recorded = (body: unknown): Success => ({ kind: 'success', status: 201, body });

interface DecisionRow<B> {
  readonly part: string;
  readonly summary: string;
  readonly role: Role;
  readonly body: z.ZodType<B>;
  readonly ifMatch?: boolean;
  readonly toRequest: (pool: string, body: B) => DecisionRequest;
}

function decisionRoute<B>({ part, toRequest, ...row }: DecisionRow<B>): ApiRoute {
  return apiRoute({
    ...row,
    method: 'POST',
    path: `/api/v1/pools/{name}/${part}`,
    params: nameParams,
    query: noQuery,
    answer: { status: 201, schema: decisionSchema },
    run: async ({ params: { name }, body, caller: { via }, services: { status, decisions } }) =>
      status.pool(name) === undefined
        ? noPool(name)
        : recorded(await decisions.decide({ ...toRequest(name, body), via })),
  });
}

const resync = apiRoute({
  method: 'POST',
  path: '/api/v1/pools/{name}/resync',
  role: 'operate',
  summary: 'Begins a round now',
  params: nameParams,
  query: noQuery,
  answer: { status: 202, schema: resyncSchema },
  run: ({ params: { name }, services: { status, decisions } }) => {
    if (status.pool(name) === undefined) return noPool(name);
    decisions.resync(name);
    return { kind: 'success', status: 202, body: { pool: name } };
  },
});

const breakGlass = apiRoute({
  method: 'POST',
  path: '/api/v1/break-glass',
  role: 'approve',
  summary: 'A local desired state while the source cannot be read',
  params: noParams,
  query: noQuery,
  body: breakGlassBodySchema,
  bodyLimit: BREAK_GLASS_BODY_LIMIT,
  answer: { status: 201, schema: recordSchema },
  run: async ({ body, caller: { via }, services: { decisions } }) =>
    recorded(withoutDocuments(await decisions.breakGlass({ ...body, via }))),
});

/** `ifMatch` where the decision means the plan that was seen. The others say what a person knows or stop, which must never have to be tried twice. */
export const DECISION_ROUTES: readonly ApiRoute[] = [
  decisionRoute({
    part: 'approve',
    role: 'approve',
    summary: 'Approves the present plan',
    body: approveBody,
    ifMatch: true,
    toRequest: (pool, body) => ({ pool, decision: 'approve', ...body }),
  }),
  decisionRoute({
    part: 'accept-loss',
    role: 'approve',
    summary: 'Accepts a loss of chat history for the present generation',
    body: acceptLossBody,
    ifMatch: true,
    toRequest: (pool, body) => ({ pool, decision: 'accept-loss', ...body }),
  }),
  decisionRoute({
    part: 'decide',
    role: 'approve',
    summary: 'Both copies were written, or one is damaged: the one to keep',
    body: keepBody,
    ifMatch: true,
    toRequest: (pool, body) => ({ pool, decision: 'keep', ...body }),
  }),
  decisionRoute({
    part: 'attest',
    role: 'approve',
    summary: 'A person has seen that a site cannot write',
    body: attestBody,
    toRequest: (pool, body) => ({ pool, decision: 'attest-down', ...body }),
  }),
  decisionRoute({
    part: 'cancel',
    role: 'operate',
    summary: 'Stops the transition before its next step',
    body: holdBody,
    toRequest: (pool, body) => ({ pool, decision: 'cancel', ...body }),
  }),
  decisionRoute({
    part: 'suspend',
    role: 'operate',
    summary: 'Plans and reports, but starts no step',
    body: holdBody,
    toRequest: (pool, body) => ({ pool, decision: 'suspend', ...body }),
  }),
  decisionRoute({
    part: 'resume',
    role: 'operate',
    summary: 'Acts again, after suspend or cancel',
    body: holdBody,
    toRequest: (pool, body) => ({ pool, decision: 'resume', ...body }),
  }),
  resync,
  breakGlass,
];
