/** Statements that the host carries out, with their values evaluated: BACKUP, RESTORE, ALTER, KILL, USE, WAITFOR. */
import type { Command, WithOptions } from './ast.ts';
import { evaluate } from './bind-cache.ts';
import { isSecurity } from './security-commands.ts';
import { toText } from './text-values.ts';
import type { Evaluation } from './evaluation.ts';
import { statementError, textError } from './sql-error.ts';
import type { DeviceOptions, PlainStatement, SimpleValue } from './syntax.ts';

const MAX_TEXT = { name: 'nvarchar', length: 'max' } as const;

/** undefined: not a statement for the host. */
export function commandOf(statement: PlainStatement, evaluation: Evaluation): Command | undefined {
  if (isSecurity(statement)) return statement;
  const text = (value: SimpleValue) => textValue(value, evaluation);
  switch (statement.kind) {
    case 'backup':
      return {
        kind: 'backup',
        what: statement.what,
        database: text(statement.database),
        devices: statement.devices.map(text),
        options: optionsOf(statement.with, evaluation),
      };
    case 'restore':
      return {
        kind: 'restore',
        what: statement.what,
        database: text(statement.database),
        devices: statement.devices.map(text),
        options: optionsOf(statement.with, evaluation),
        moves: statement.with.moves.map(({ logical, to }) => ({ logical: text(logical), to: text(to) })),
      };
    case 'restore-info':
      return {
        kind: 'restore-info',
        what: statement.what,
        devices: statement.devices.map(text),
        options: optionsOf(statement.with, evaluation),
      };
    case 'wait':
      return { kind: 'wait', milliseconds: delayMs(text(statement.delay)) };
    case 'alter-database':
    case 'drop-database':
    case 'create-database':
    case 'kill':
    case 'alter-endpoint':
    case 'use':
    case 'checkpoint':
    case 'transaction':
      return statement;
    default:
      return undefined;
  }
}

/** A path or a name that is NULL cannot be used: SQL Server says 102 near the variable's place. */
function textValue(value: SimpleValue, evaluation: Evaluation): string {
  const { type, value: result } = evaluate(value, evaluation);
  if (result === null) throw textError(102, value.kind === 'variable' ? value.name : 'NULL');
  return toText(result, type, MAX_TEXT, undefined);
}

function optionsOf({ options }: DeviceOptions, evaluation: Evaluation): WithOptions {
  const found: Record<string, true | string | number> = {};
  for (const { name, value } of options) {
    if (value === true) found[name] = true;
    else {
      const result = evaluate(value, evaluation).value;
      found[name] = typeof result === 'number' ? result : textValue(value, evaluation);
    }
  }
  return found;
}

/** `hh:mm[:ss[.mmm]]`, under 24 hours. */
function delayMs(text: string): number {
  const found = /^\s*(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,3}))?)?\s*$/.exec(text);
  const [hours = 0, minutes = 0, seconds = 0] = (found ?? []).slice(1, 4).map((part) => Number(part || 0));
  if (found === null || hours > 23 || minutes > 59 || seconds > 59) throw statementError(148, text);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + Number((found[4] ?? '0').padEnd(3, '0'));
}
