/** Where an error goes: to the nearest CATCH that may see it, or to the client, ending the statement, the text or the batch. */
import type { MessageToken } from '../sql-tokens.ts';
import { dropFrame } from './frames.ts';
import { inProcedure, noteError, say, sayMessage, setVariable } from './machine.ts';
import type { Machine } from './machine.ts';
import type { SqlError } from './sql-error.ts';
import { INT } from './types.ts';

const FATAL = 20;
/** What a procedure that failed returns; the documented ones return 1. */
const FAILED_STATUS = 1;
/** Could not find stored procedure: nothing ran, so nothing returned. */
const NO_PROCEDURE = 2812;

export function raise(machine: Machine, error: SqlError, line: number): void {
  const messages = error.errors.map((detail): MessageToken => ({
    ...detail,
    procedure: error.procedure,
    line: error.line ?? line,
  }));
  if (messages.some((message) => message.class >= FATAL)) {
    closeAfter(machine, messages);
    return;
  }
  const depth = handlerDepth(machine, error);
  if (depth === -1) {
    report(machine, error, messages);
    return;
  }
  while (machine.frames.length > depth + 1) dropFrame(machine);
  enterCatch(machine, messages);
}

function closeAfter(machine: Machine, messages: readonly MessageToken[]): void {
  for (const message of messages) sayMessage(machine, message);
  machine.frames.length = 0;
  machine.tokens.push({ kind: 'done', rows: undefined, failed: true, inProcedure: false });
  machine.tokens.push({ kind: 'close' });
  machine.finished = true;
}

/** A binding error is not seen by a TRY in its own text, only by one around the EXEC of that text. */
function handlerDepth({ frames }: Machine, error: SqlError): number {
  const visible = error.reach === 'text' ? frames.slice(0, -1) : frames;
  return visible.findLastIndex((frame) => frame.handlers.length > 0);
}

/** CATCH sees the last error only (3013, not its cause), as on the server. */
function enterCatch(machine: Machine, messages: readonly MessageToken[]): void {
  const frame = machine.frames.at(-1);
  const handler = frame?.handlers.pop();
  for (const message of messages) if (message.class <= 10) sayMessage(machine, message);
  const last = messages.findLast((message) => message.class > 10) ?? messages.at(-1);
  if (frame === undefined || handler === undefined || last === undefined) return;
  frame.caught.push(last);
  frame.pc = handler;
  noteError(machine, last.number);
}

function report(machine: Machine, error: SqlError, messages: readonly MessageToken[]): void {
  for (const message of messages) sayMessage(machine, message);
  noteError(machine, messages.at(-1)?.number ?? 0);
  sayFailed(machine);
  const { xactAbort } = machine.session.options;
  if (error.reach === 'batch' || (error.reach === 'statement' && xactAbort)) {
    endAll(machine);
    return;
  }
  if (error.reach === 'text') {
    endText(machine);
    return;
  }
  const frame = machine.frames.at(-1);
  if (frame === undefined) {
    endAll(machine);
    return;
  }
  const instruction = frame.program.instructions[frame.pc];
  // A failed condition skips its statement, as the whole IF has failed.
  frame.pc = instruction?.op === 'jump-unless' ? instruction.to : frame.pc + 1;
  const call =
    instruction?.op === 'run' && instruction.statement.kind === 'exec'
      ? instruction.statement.call
      : undefined;
  if (call?.kind === 'procedure' && call.returnInto !== undefined && error.procedure !== '')
    setVariable(frame, call.returnInto, { type: INT, value: FAILED_STATUS });
}

function sayFailed(machine: Machine): void {
  say(machine, { kind: 'done', rows: undefined, failed: true, inProcedure: inProcedure(machine) });
}

/** The text is over; its caller goes on after the EXEC. */
function endText(machine: Machine): void {
  const frame = dropFrame(machine);
  const caller = machine.frames.at(-1);
  if (frame === undefined || caller === undefined) {
    endAll(machine);
    return;
  }
  const { lastError } = machine.session;
  if (frame.returnInto !== undefined) setVariable(caller, frame.returnInto, { type: INT, value: lastError });
  caller.pc += 1;
}

function endAll(machine: Machine): void {
  while (machine.frames.length > 0) dropFrame(machine);
  const { origin, session } = machine;
  if (origin.kind === 'rpc') machine.tokens.push({ kind: 'return-status', value: session.lastError });
  if (origin.kind === 'procedure' && session.lastError !== NO_PROCEDURE)
    machine.tokens.push({ kind: 'return-status', value: FAILED_STATUS });
  machine.tokens.push({ kind: 'end', failed: true });
  machine.finished = true;
}
