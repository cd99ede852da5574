/** POST /hooks/git: hands a delivery of a forge on as it came, and answers at once; the fetch that it wakes comes later. */
import type { FastifyInstance } from 'fastify';
import type { GitHook, HookResult } from '../ports/git-hook.ts';
import { PoolError } from '../topology/pool-error.ts';

/** Bytes. A push of many commits is some hundred KB; what is larger is found by the next fetch on time. */
export const HOOK_BODY_LIMIT = 1_048_576;

export interface HookRoute {
  readonly hook: GitHook;
  /** Told of every delivery that was read. */
  readonly onResult: (result: HookResult) => void;
}

/** No cookie and no token of ours is asked for: what shows who sends is in the delivery. */
export function addGitHookRoute(server: FastifyInstance, { hook, onResult }: HookRoute): void {
  void server.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    // The signature covers the bytes, whatever form they have.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    scope.post('/hooks/git', { bodyLimit: HOOK_BODY_LIMIT }, (request, reply) => {
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      const result = hook.receive({ headers: request.headers, body });
      onResult(result);
      if (result === 'refused' || result === 'stale') throw new PoolError('PCO_NOT_AUTHORISED', WHY[result]);
      return reply.code(202).send({ result });
    });
    scope.route({
      method: ['GET', 'PUT', 'PATCH', 'DELETE'],
      url: '/hooks/git',
      handler: (_request, reply) => {
        void reply.header('allow', 'POST');
        throw Object.assign(new Error('a delivery comes by POST'), { statusCode: 405 });
      },
    });
    done();
  });
}

const WHY = {
  refused: 'the delivery does not show that its sender knows the secret',
  stale: 'the delivery is older than the replay window, or a clock is wrong',
} as const;
