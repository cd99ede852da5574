/** `@@ERROR` and its kin that the engine itself knows; the host answers the others. */
import type { CellValue, SqlType } from '../sql-tokens.ts';
import type { Bound, Evaluation } from './evaluation.ts';
import { hostCall, hostType } from './host-functions.ts';
import { INT } from './types.ts';

interface Own {
  readonly type: SqlType;
  readonly value: (evaluation: Evaluation) => CellValue;
}

const OWN: Readonly<Record<string, Own>> = {
  '@@ERROR': { type: INT, value: ({ session }) => session.lastError },
  '@@ROWCOUNT': { type: INT, value: ({ session }) => session.lastRowCount },
  '@@SPID': { type: { name: 'smallint' }, value: ({ host }) => host.sessionId },
  '@@LOCK_TIMEOUT': { type: INT, value: ({ session }) => session.options.lockTimeoutMs },
};

export function bindSystemVariable(name: string): Bound {
  const own = OWN[name];
  if (own !== undefined)
    return { type: own.type, nullable: false, untyped: false, run: (env) => own.value(env.evaluation) };
  const type = hostType(name);
  return { type, nullable: true, untyped: false, run: (env) => hostCall(env.evaluation, name, [], type) };
}
