/**
 * The T-SQL engine's door: runs a batch or an RPC until it ends or waits for the host. Pure: everything it knows comes
 * from the text, the session and the host. It decides nothing about databases; that is the host's.
 */
import type { RpcParameter } from '../estate-contract.ts';
import type { SqlToken } from '../sql-tokens.ts';
import type { Execution } from './execution.ts';
import type { CommandOutcome, TsqlHost } from './host.ts';
import type { TsqlSession } from './session.ts';

export interface Step {
  /** To be sent in this order, now. The last one is `end` or `close` when `execution` is undefined. */
  readonly tokens: readonly SqlToken[];
  /** To be kept for the connection's next request. */
  readonly session: TsqlSession;
  /** undefined: finished. Otherwise hand it to `resume` with the outcome of `pendingOperation`. */
  readonly execution: Execution | undefined;
  readonly pendingOperation?: string;
}

export function startBatch(_text: string, _host: TsqlHost, session: TsqlSession): Step {
  return { tokens: [{ kind: 'end', failed: false }], session, execution: undefined };
}

export function startRpc(
  _procedure: string,
  _parameters: readonly RpcParameter[],
  _host: TsqlHost,
  session: TsqlSession,
): Step {
  return { tokens: [{ kind: 'end', failed: false }], session, execution: undefined };
}

export function resume(execution: Execution, _outcome: CommandOutcome, _host: TsqlHost): Step {
  return { tokens: [{ kind: 'end', failed: false }], session: execution.session, execution: undefined };
}
