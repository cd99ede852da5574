/** Every procedure of this folder by name, and the one way to call it: context, permission, arguments, then the deed. */
import type { ProcedureArgument } from '../tsql/ast.ts';
import type { CommandOutcome } from '../tsql/host.ts';
import { AGENT_PROCEDURES } from './agent-procedures.ts';
import { HELP_PROCEDURES } from './help-procedures.ts';
import { sameName, type MsdbCall, type MsdbProcedure } from './msdb-call.ts';
import { orderFailure } from './order-table.ts';
import { bindArguments, BoundArguments, failure } from './procedure-arguments.ts';
import { PRIMARY_PROCEDURES } from './shipping-primary.ts';
import { SECONDARY_PROCEDURES } from './shipping-secondary.ts';

/** In master; found from every database. */
export const SHIPPING_PROCEDURES: readonly MsdbProcedure[] = [
  ...PRIMARY_PROCEDURES,
  ...SECONDARY_PROCEDURES,
  ...HELP_PROCEDURES,
];
/** In msdb. */
export const MSDB_PROCEDURES: readonly MsdbProcedure[] = AGENT_PROCEDURES;

function isAllowed(procedure: MsdbProcedure, call: MsdbCall): boolean {
  if (call.sysadmin) return true;
  const home = procedure.context === 'master' ? 'master' : 'msdb';
  if (procedure.allowed === 'agent')
    return call.agentRole !== undefined || call.mayExecute(procedure.name, home);
  return procedure.allowed === 'granted' && call.mayExecute(procedure.name, home);
}

/** Log shipping procedures live in the resource database, the Agent's in msdb. */
function denied({ name, context }: MsdbProcedure): CommandOutcome {
  const [database, schema] = context === 'master' ? ['mssqlsystemresource', 'sys'] : ['msdb', 'dbo'];
  return failure(
    229,
    `The EXECUTE permission was denied on the object '${name}', database '${database}', schema '${schema}'.`,
    14,
    5,
  );
}

/** `database`: the one named in the call, else the session's. */
export function callProcedure(
  procedure: MsdbProcedure,
  call: MsdbCall,
  args: readonly ProcedureArgument[],
  database: string,
): CommandOutcome {
  // Text and number are in the published message list; that the procedures raise it for a wrong context is unverified.
  if (procedure.context === 'master' && !sameName(database, 'master'))
    return orderFailure('context/not-master');
  if (!isAllowed(procedure, call)) return denied(procedure);
  const bound = bindArguments(procedure.name, procedure.parameters, args);
  if (!(bound instanceof BoundArguments)) return bound;
  const empty = procedure.parameters.find(
    ({ name, required }) => required && (bound.text(name) ?? '') === '',
  );
  // 32052's place (a NULL parameter) is the reference's; its text is from the published message list.
  if (empty !== undefined && procedure.context === 'master')
    return orderFailure('parameter/empty', empty.name);
  return procedure.run(call, bound);
}
