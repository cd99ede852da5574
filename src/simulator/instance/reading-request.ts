/**
 * A request that only reads, run on plain state: no draft, and of the instance only the session changes. Whether it only reads
 * shows by running it; the first statement that asks the instance to do something gives it up, unheard.
 */
import { freeze } from 'immer';
import { startBatch, startRpc } from '../tsql/execute.ts';
import type { TsqlHost } from '../tsql/host.ts';
import { newSession } from '../tsql/session.ts';
import type { SqlRequest } from '../estate-contract.ts';
import type { SqlToken } from '../sql-tokens.ts';
import type { EngineContext } from './engine-modules.ts';
import type { InstanceDraft, InstanceState } from './instance-state.ts';
import { hostFor } from './tsql-host.ts';

export interface ReadingRequest {
  readonly tokens: readonly SqlToken[];
  /** The instance after it. */
  readonly instance: InstanceState;
}

class NotReading extends Error {}

function readingHost(host: TsqlHost): TsqlHost {
  const giveUp = (): never => {
    throw new NotReading();
  };
  return { ...host, command: giveUp, procedure: giveUp };
}

/** undefined: it does more than read, or there is no such session; nothing has happened. */
export function readingRequest(
  instance: InstanceState,
  ctx: EngineContext,
  connection: string,
  sent: SqlRequest,
): ReadingRequest | undefined {
  const session = Object.values(instance.sessions).find(
    (candidate) => candidate.kind === 'user' && candidate.connection === connection,
  );
  if (session === undefined) return undefined;
  // A fault that waits for readers is counted down by them.
  if (instance.readTroubles.deadlock + instance.readTroubles.lockTimeout > 0) return undefined;
  const running = { ...session, running: true, requestStartedAtMs: ctx.nowMs, requestEndedAtMs: null };
  const during = { ...instance, sessions: { ...instance.sessions, [session.id]: running } } as InstanceDraft;
  const host = readingHost(hostFor(during, ctx, running));
  const step = stepOf(sent, host, session.tsql ?? newSession());
  if (step === undefined || step.execution !== undefined || step.tokens.at(-1)?.kind === 'close')
    return undefined;
  const ended = {
    ...running,
    running: false,
    requestEndedAtMs: ctx.nowMs,
    tsql: freeze(step.session, true),
  };
  const sessions = freeze({ ...instance.sessions, [session.id]: freeze(ended) });
  return { tokens: step.tokens, instance: freeze({ ...instance, sessions }) };
}

function stepOf(sent: SqlRequest, host: TsqlHost, session: ReturnType<typeof newSession>) {
  try {
    return sent.kind === 'batch'
      ? startBatch(sent.text, host, session)
      : startRpc(sent.procedure, sent.parameters, host, session);
  } catch (error) {
    if (error instanceof NotReading) return undefined;
    throw error;
  }
}
