/** EXEC: texts and sp_executesql become frames here, prepared handles too; every other procedure is the host's. */
import type { ProcedureArgument } from './ast.ts';
import { evaluate } from './bind-cache.ts';
import type { Evaluation } from './evaluation.ts';
import { pushFrame } from './frames.ts';
import type { CommandOutcome } from './host.ts';
import { insertCaptured } from './insert.ts';
import {
  captureToken,
  complete,
  enterDatabase,
  evaluationOf,
  inProcedure,
  say,
  setVariable,
} from './machine.ts';
import type { Capture, Machine, RunningFrame } from './machine.ts';
import { isHandleProcedure, runHandleProcedure, startText } from './prepared.ts';
import type { ResolvedArgument } from './prepared.ts';
import { hostError, statementError } from './sql-error.ts';
import { objectName } from './syntax.ts';
import type { ExecCall, NameParts } from './syntax.ts';
import { convert } from './convert.ts';
import { INT, nvarchar, VARIANT } from './types.ts';
import { TokenStream } from './token-stream.ts';
import { parseNameParts } from './parse-primary.ts';

type ProcedureCall = Extract<ExecCall, { kind: 'procedure' }>;

/** Runs or begins the call; `capture`: for INSERT ... EXEC. Sets `pending` on the machine when the host needs time. */
export function runCall(machine: Machine, frame: RunningFrame, call: ExecCall, capture: boolean): void {
  if (capture && machine.frames.some((other) => other.capture !== undefined)) throw statementError(8164);
  const evaluation = evaluationOf(machine, frame);
  if (call.kind === 'text') {
    const { type, value } = evaluate(call.text, evaluation);
    const text = String(convert(value, type, nvarchar('max')) ?? '');
    const database = machine.host.currentDatabase();
    const start = {
      text,
      declarations: '',
      values: {},
      outputs: [],
      returnInto: undefined,
      capture,
      database,
    };
    pushFrame(machine, { ...start, kind: 'dynamic' });
    return;
  }
  runProcedure(machine, frame, call, capture, evaluation);
}

function runProcedure(
  machine: Machine,
  frame: RunningFrame,
  call: ProcedureCall,
  capture: boolean,
  evaluation: Evaluation,
): void {
  const name = procedureName(call, evaluation);
  const args = call.arguments.map((argument) => resolve(argument, evaluation));
  const own = ownProcedure(name);
  if (own === 'sp_executesql') {
    const database = machine.host.currentDatabase();
    const target = objectName(name).database;
    if (target !== undefined && name.at(-2)?.toLowerCase() === 'sys') enterDatabase(machine, target);
    startText(machine, args, { returnInto: call.returnInto, capture, database });
    return;
  }
  if (own !== undefined) {
    const handled = runHandleProcedure(machine, own, args, { returnInto: call.returnInto, capture });
    for (const [variable, handle] of handled.outputs)
      setVariable(frame, variable, { type: INT, value: handle });
    if (!handled.started) complete(machine, frame, undefined, false);
    return;
  }
  finishProcedure(machine, frame, call, hostProcedure(machine, name, args), capture);
}

/** `sp_executesql` and the handle procedures under any database and schema; undefined: the host's. */
export function ownProcedure(name: NameParts): string | undefined {
  const last = (name.at(-1) ?? '').toLowerCase();
  return last === 'sp_executesql' || isHandleProcedure(last) ? last : undefined;
}

function procedureName(call: ProcedureCall, evaluation: Evaluation): NameParts {
  if (!('variable' in call.name)) return call.name;
  const { type, value } = evaluate({ kind: 'variable', name: call.name.variable }, evaluation);
  return parseProcedureName(String(convert(value, type, nvarchar('max')) ?? ''));
}

/** A name that comes as text (RPC, EXEC @name). */
export function parseProcedureName(text: string): NameParts {
  const stream = new TokenStream(text, new Map());
  const parts = parseNameParts(stream);
  if (!stream.atEnd) throw stream.refuse();
  return parts;
}

function resolve(argument: ProcedureCall['arguments'][number], evaluation: Evaluation): ResolvedArgument {
  const { name, value, output } = argument;
  if (value.kind === 'default')
    return { name, value: null, type: INT, output: false, isDefault: true, variable: undefined };
  const result = evaluate(value, evaluation);
  const variable = output && value.kind === 'variable' ? value.name : undefined;
  return { name, value: result.value, type: result.type, output, isDefault: false, variable };
}

/** The host's answer; throws 2812 when it has no such procedure. */
export function hostProcedure(
  machine: Machine,
  name: NameParts,
  args: readonly ResolvedArgument[],
): CommandOutcome {
  const given = args.map(({ name: parameter, value, output, isDefault }): ProcedureArgument => ({
    name: parameter,
    value,
    output,
    isDefault,
  }));
  const outcome = name.length > 3 ? undefined : machine.host.procedure(objectName(name), given);
  if (outcome === undefined) throw statementError(2812, name.join('.'));
  return outcome;
}

/** Now or after a wait: sends what the procedure said, fills the caller's variables, goes on. */
export function finishProcedure(
  machine: Machine,
  frame: RunningFrame,
  call: ProcedureCall,
  outcome: CommandOutcome,
  capture: boolean,
): void {
  if (outcome.kind === 'pending') {
    machine.pending = outcome.operation;
    return;
  }
  const procedure = 'variable' in call.name ? '' : (call.name.at(-1) ?? '');
  if (outcome.kind === 'failure') throw hostError(outcome, 'statement', procedure);
  const sets: Capture[] = [];
  for (const token of outcome.tokens) {
    if (token.kind === 'done') {
      if (!capture) say(machine, { ...token, inProcedure: true });
    } else if (capture && (token.kind === 'columns' || token.kind === 'row')) captureToken(sets, token);
    else say(machine, token);
  }
  fillOutputs(frame, call, outcome.outputs ?? {});
  const status = outcome.returnStatus ?? 0;
  if (call.returnInto !== undefined) setVariable(frame, call.returnInto, { type: INT, value: status });
  if (capture) {
    insertCaptured(machine, frame, sets);
    return;
  }
  const nested = inProcedure(machine);
  if (!nested) say(machine, { kind: 'return-status', value: status });
  const failed = outcome.tokens.findLast((token) => token.kind === 'error');
  complete(machine, frame, undefined, true);
  if (failed !== undefined) machine.session = { ...machine.session, lastError: failed.number };
}

/** By name; positional OUTPUT arguments take the remaining outputs in order. */
function fillOutputs(
  frame: RunningFrame,
  call: ProcedureCall,
  outputs: NonNullable<Extract<CommandOutcome, { kind: 'done' }>['outputs']>,
): void {
  const left = new Map(Object.entries(outputs).map(([name, value]) => [name.toLowerCase(), value]));
  const wanted = call.arguments.filter((argument) => argument.output);
  for (const named of [true, false])
    for (const argument of wanted) {
      if ((argument.name !== undefined) !== named || argument.value.kind !== 'variable') continue;
      const key = argument.name?.toLowerCase() ?? left.keys().next().value;
      const value = key === undefined ? undefined : left.get(key);
      if (key === undefined || value === undefined) continue;
      left.delete(key);
      setVariable(frame, argument.value.name, { type: VARIANT, value });
    }
}
