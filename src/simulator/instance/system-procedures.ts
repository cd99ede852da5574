/** sp_who and sp_who2 of the engine itself. Columns and padding of sp_who2: reference 2.7 and section 12 (undocumented procedure). */
import type { CatalogueProcedure } from '../catalogue/catalogue.ts';
import { resultColumnsOf } from '../catalogue/columns.ts';
import { parametersOf } from '../catalogue/parameters.ts';
import { bindArguments, BoundArguments } from '../msdb/procedure-arguments.ts';
import type { CellValue } from '../sql-tokens.ts';
import type { ModuleCall, ProcedureHandler } from './engine-modules.ts';
import { FOLDER_PROCEDURES } from './folder-listing.ts';
import type { SessionDraft } from './instance-state.ts';
import { localText } from './instants.ts';

import { resultSet } from './restore-info.ts';
import { mayOnServer } from './server-permissions.ts';

function wanted(call: ModuleCall, filter: CellValue): SessionDraft[] {
  const seesAll = mayOnServer(call.instance, call.session.login, 'VIEW SERVER STATE');
  return Object.values(call.instance.sessions)
    .filter((session) => seesAll || session.id === call.session.id)
    .filter((session) => matches(session, filter))
    .sort((a, b) => a.id - b.id);
}

/** @loginame: a login, a session id, or ACTIVE. */
function matches(session: SessionDraft, filter: CellValue): boolean {
  if (filter === null) return true;
  const text = (typeof filter === 'string' ? filter : Number(filter).toString()).toLowerCase();
  if (text === 'active') return session.kind === 'system' || session.running;
  return String(session.id) === text || session.login.toLowerCase() === text;
}

function commandOf(call: ModuleCall, session: SessionDraft): string {
  const operation = session.operation === null ? undefined : call.instance.operations[session.operation];
  if (operation !== undefined) return operation.command;
  if (session.kind === 'system') return session.command;
  return session.running ? 'SELECT' : 'AWAITING COMMAND';
}

const statusOf = (session: SessionDraft): string =>
  session.kind === 'system' ? 'BACKGROUND' : session.running ? 'RUNNABLE' : 'sleeping';

/** `MM/DD hh:mm:ss` in the instance's local time. */
function lastBatch(call: ModuleCall, session: SessionDraft): string {
  const iso = localText(call.instance, session.requestStartedAtMs);
  return `${iso.slice(5, 7)}/${iso.slice(8, 10)} ${iso.slice(11, 19)}`;
}

/** Binds the arguments by the catalogue; rows have the order of its columns. */
const lister =
  (
    procedure: Extract<CatalogueProcedure, 'master.sp_who' | 'master.sp_who2'>,
    row: (call: ModuleCall, session: SessionDraft) => readonly CellValue[],
  ): ProcedureHandler =>
  (call, args) => {
    const bound = bindArguments(procedure.slice('master.'.length), parametersOf(procedure), args);
    if (!(bound instanceof BoundArguments)) return bound;
    const columns = resultColumnsOf(procedure, call.instance.productVersion);
    const rows = wanted(call, bound.value('@loginame')).map((session) => row(call, session));
    return { kind: 'done', tokens: resultSet({ columns, rows }), rows: rows.length, returnStatus: 0 };
  };

const spWho2 = lister('master.sp_who2', (call, session) => {
  const id = String(session.id).padEnd(5);
  return [
    id,
    statusOf(session).padEnd(30),
    session.login,
    session.host ?? '  .',
    '  .  ',
    session.kind === 'system' ? null : session.database,
    commandOf(call, session).slice(0, 16).padEnd(16),
    '0',
    '0',
    lastBatch(call, session),
    session.program ?? '',
    id,
    '0    ',
  ];
});

const spWho = lister('master.sp_who', (call, session) => [
  session.id,
  0,
  statusOf(session).toLowerCase().padEnd(30),
  session.login.padEnd(128),
  (session.host ?? '').padEnd(128),
  '0    ',
  session.kind === 'system' ? null : session.database.padEnd(128),
  commandOf(call, session).slice(0, 16).padEnd(16),
  0,
]);

/** Keys as in EngineModules.procedures. */
export const OWN_PROCEDURES: Readonly<Record<string, ProcedureHandler>> = {
  'master.sp_who': spWho,
  'master.sp_who2': spWho2,
  ...FOLDER_PROCEDURES,
};
