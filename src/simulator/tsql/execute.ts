/**
 * The T-SQL engine's door: runs a batch or an RPC until it ends or waits for the host. Pure: everything it knows comes
 * from the text, the session and the host. It decides nothing about databases; that is the host's.
 */
import type { RpcParameter } from '../estate-contract.ts';
import type { CellValue, SqlToken } from '../sql-tokens.ts';
import { hostProcedure, ownProcedure, parseProcedureName } from './calls.ts';
import { convert } from './convert.ts';
import type { Execution, RpcOutput } from './execution.ts';
import { endFrame, pushFrame } from './frames.ts';
import type { CommandOutcome, TsqlHost } from './host.ts';
import { enterDatabase, loadMachine, newMachine, say, saveMachine, topFrame } from './machine.ts';
import type { Machine, RunningFrame } from './machine.ts';
import { runHandleProcedure, startText } from './prepared.ts';
import type { ResolvedArgument } from './prepared.ts';
import { raise } from './raise.ts';
import { runInstruction, takeOutcome } from './run-statement.ts';
import type { TsqlSession } from './session.ts';
import { hostError, SqlError } from './sql-error.ts';
import { objectName } from './syntax.ts';
import { baseType } from './types.ts';

export interface Step {
  /** To be sent in this order, now. The last one is `end` or `close` when `execution` is undefined. */
  readonly tokens: readonly SqlToken[];
  /** To be kept for the connection's next request. */
  readonly session: TsqlSession;
  /** undefined: finished. Otherwise hand it to `resume` with the outcome of `pendingOperation`. */
  readonly execution: Execution | undefined;
  readonly pendingOperation?: string;
}

export function startBatch(text: string, host: TsqlHost, session: TsqlSession): Step {
  const machine = newMachine(host, { kind: 'batch' }, session);
  guarded(machine, () => {
    const start = { text, declarations: '', values: {}, outputs: [], returnInto: undefined };
    pushFrame(machine, { ...start, kind: 'batch', capture: false, database: undefined });
  });
  return run(machine);
}

export function startRpc(
  procedure: string,
  parameters: readonly RpcParameter[],
  host: TsqlHost,
  session: TsqlSession,
): Step {
  const outputs = parameters.filter((parameter) => parameter.output).map(rpcOutput);
  const machine = newMachine(host, { kind: 'rpc', outputs, values: {} }, session);
  guarded(machine, () => {
    beginRpc(machine, procedure, parameters.map(rpcArgument), outputs);
  });
  return run(machine);
}

function rpcOutput({ name, type }: RpcParameter): RpcOutput {
  return { name, type, from: name.toLowerCase() };
}

function rpcArgument({ name, type, value, output }: RpcParameter): ResolvedArgument {
  const named = name === '' ? undefined : name;
  return {
    name: named,
    value,
    type,
    output,
    isDefault: false,
    variable: output ? name.toLowerCase() : undefined,
  };
}

function beginRpc(
  machine: Machine,
  procedure: string,
  args: readonly ResolvedArgument[],
  outputs: readonly RpcOutput[],
): void {
  const { host } = machine;
  const name = parseProcedureName(procedure);
  const own = ownProcedure(name);
  const shape = { returnInto: undefined, capture: false };
  if (own === 'sp_executesql') {
    const database = host.currentDatabase();
    const target = objectName(name).database;
    if (target !== undefined && target.toLowerCase() !== 'master') enterDatabase(machine, target);
    startText(machine, args, { ...shape, database });
    return;
  }
  if (own !== undefined) {
    const { outputs: handles } = runHandleProcedure(machine, own, args, shape);
    machine.origin = { kind: 'rpc', outputs, values: Object.fromEntries(handles) };
    return;
  }
  machine.origin = { kind: 'procedure', name: objectName(name), outputs };
  endProcedure(machine, hostProcedure(machine, name, args));
}

export function resume(execution: Execution, outcome: CommandOutcome, host: TsqlHost): Step {
  const machine = loadMachine(execution, host);
  guarded(machine, () => {
    const frame = topFrame(machine);
    if (frame === undefined) endProcedure(machine, outcome);
    else takeOutcome(machine, frame, outcome);
  });
  return run(machine);
}

/** An SqlError becomes tokens or a jump to CATCH; anything else is a fault of this program and goes up. */
function guarded(machine: Machine, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const frame = topFrame(machine);
    raise(machine, error, frame === undefined ? 1 : lineOf(frame));
  }
}

function lineOf(frame: RunningFrame): number {
  const instruction = frame.program.instructions[frame.pc];
  return instruction !== undefined && 'line' in instruction ? instruction.line : 1;
}

function run(machine: Machine): Step {
  while (!machine.finished && machine.pending === undefined) {
    const frame = topFrame(machine);
    if (frame === undefined) finish(machine, undefined);
    else guarded(machine, () => runNext(machine, frame));
  }
  const { tokens, session, pending } = machine;
  if (pending === undefined) return { tokens, session, execution: undefined };
  return { tokens, session, execution: saveMachine(machine), pendingOperation: pending };
}

function runNext(machine: Machine, frame: RunningFrame): void {
  const instruction = frame.program.instructions[frame.pc];
  if (instruction === undefined || instruction.op === 'return')
    endFrame(machine, (ended) => finish(machine, ended));
  else runInstruction(machine, frame, instruction);
}

function finish(machine: Machine, frame: RunningFrame | undefined): void {
  const { origin, session, tokens } = machine;
  if (origin.kind === 'rpc') {
    tokens.push({ kind: 'return-status', value: session.lastError });
    for (const { name, type, from } of origin.outputs) {
      const variable = frame?.variables[from];
      const value: CellValue =
        origin.values[from] ?? (variable === undefined ? null : convert(variable.value, variable.type, type));
      tokens.push({ kind: 'output', name, type, value });
    }
  }
  tokens.push({ kind: 'end', failed: session.lastError !== 0 });
  machine.finished = true;
}

/** A procedure of the host called by RPC has answered. */
function endProcedure(machine: Machine, outcome: CommandOutcome): void {
  const { origin } = machine;
  if (origin.kind !== 'procedure') return;
  if (outcome.kind === 'pending') {
    machine.pending = outcome.operation;
    return;
  }
  if (outcome.kind === 'failure') throw hostError(outcome, 'batch', origin.name.object);
  machine.session = { ...machine.session, lastError: 0 };
  for (const token of outcome.tokens)
    say(machine, token.kind === 'done' ? { ...token, inProcedure: true } : token);
  machine.tokens.push({ kind: 'return-status', value: outcome.returnStatus ?? 0 });
  const values = new Map(
    Object.entries(outcome.outputs ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  for (const { name, type, from } of origin.outputs) {
    const value = values.get(from) ?? null;
    machine.tokens.push({ kind: 'output', name, type, value: convert(value, baseType(value), type) });
  }
  machine.tokens.push({ kind: 'end', failed: machine.session.lastError !== 0 });
  machine.finished = true;
}
