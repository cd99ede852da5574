/**
 * Puts one request's answer on the wire (MS-TDS 2.2.7): which DONE token, the MORE bit, where return status and outputs go.
 * A DONE is held back until it is known whether more follows, because its MORE bit says so.
 */
import type { SqlRequest } from '../estate-contract.ts';
import type { ColumnToken, SqlToken } from '../sql-tokens.ts';
import type { ByteWriter } from './byte-writer.ts';
import { tdsVersion } from './login7.ts';
import {
  doneStatus,
  environment,
  token,
  writeColumns,
  writeDone,
  writeMessage,
  writeReturnStatus,
  writeReturnValue,
  writeRow,
  writeTextChange,
  type Done,
} from './tokens.ts';

type DoneToken = Extract<SqlToken, { readonly kind: 'done' }>;
type OutputToken = Extract<SqlToken, { readonly kind: 'output' }>;

export interface ResponseContext {
  readonly serverName: string;
  /** As the client announced it: 7.2 has no datetime2 and datetimeoffset. */
  readonly version: number;
}

const selectCommand = 0xc1;

export class ResponseWriter {
  readonly #request: SqlRequest;
  readonly #context: ResponseContext;
  #columns: readonly ColumnToken[] = [];
  /** The statement under way returned rows. */
  #selects = false;
  #heldDone: Done | undefined;
  #returnStatus: number | undefined;
  #outputs: OutputToken[] = [];
  #database: string;

  constructor(request: SqlRequest, context: ResponseContext, database: string) {
    this.#request = request;
    this.#context = context;
    this.#database = database;
  }

  /** Context database after what was written so far. */
  get database(): string {
    return this.#database;
  }

  write(writer: ByteWriter, said: Exclude<SqlToken, { readonly kind: 'end' | 'close' }>): void {
    switch (said.kind) {
      case 'columns':
        this.#release(writer, true);
        this.#columns = said.columns.map((column) => columnFor(this.#context.version, column));
        this.#selects = true;
        writeColumns(writer, this.#columns);
        return;
      case 'row':
        writeRow(writer, this.#columns, said.values);
        return;
      case 'info':
      case 'error':
        this.#release(writer, true);
        writeMessage(writer, said, this.#context.serverName);
        return;
      case 'done':
        this.#done(writer, said);
        return;
      case 'database':
        this.#release(writer, true);
        writeTextChange(writer, environment.database, said.name, this.#database);
        this.#database = said.name;
        return;
      case 'return-status':
        this.#status(writer, said.value);
        return;
      case 'output':
        this.#outputs.push(said);
    }
  }

  /** The last token of the answer; `moreCalls`: another call of the same message follows. */
  end(writer: ByteWriter, failed: boolean, moreCalls: boolean): void {
    const error = failed ? doneStatus.error : 0;
    if (this.#request.kind === 'batch') {
      this.#heldDone ??= { code: token.done, status: 0, command: 0, rows: 0 };
      this.#heldDone = { ...this.#heldDone, status: this.#heldDone.status | error };
      this.#release(writer, false);
      return;
    }
    this.#release(writer, true);
    // A call that fails before it begins (2812, 201) has no return status.
    if (this.#returnStatus !== undefined || !failed) writeReturnStatus(writer, this.#returnStatus ?? 0);
    for (const output of this.#outputs) {
      writeReturnValue(writer, {
        ...output,
        ordinal: this.#ordinal(output.name),
        type: typeFor(this.#context.version, output.type),
      });
    }
    const more = moreCalls ? doneStatus.more : 0;
    writeDone(writer, { code: token.doneProcedure, status: error | more, command: 0, rows: 0 });
  }

  /** Cut short by an attention (MS-TDS 3.3.5.7): DONE with the error bit; the acknowledgement is a message of its own. */
  cut(writer: ByteWriter): void {
    this.#release(writer, true);
    const code = this.#request.kind === 'rpc' ? token.doneProcedure : token.done;
    writeDone(writer, { code, status: doneStatus.error, command: 0, rows: 0 });
  }

  #done(writer: ByteWriter, said: DoneToken): void {
    const inProcedure = said.inProcedure || this.#request.kind === 'rpc';
    const held = this.#heldDone;
    // After EXEC in a batch the procedure's DONEPROC stands for the statement's own empty DONE.
    if (held?.code === token.doneProcedure && !inProcedure && said.rows === undefined) {
      this.#heldDone = { ...held, status: held.status | (said.failed ? doneStatus.error : 0) };
      return;
    }
    this.#release(writer, true);
    this.#heldDone = {
      code: inProcedure ? token.doneInProcedure : token.done,
      status: (said.rows === undefined ? 0 : doneStatus.count) | (said.failed ? doneStatus.error : 0),
      command: this.#selects ? selectCommand : 0,
      rows: said.rows ?? 0,
    };
    this.#selects = false;
  }

  /** In a call the status comes once, at the end; in a batch each procedure has one, followed by its DONEPROC. */
  #status(writer: ByteWriter, value: number): void {
    this.#returnStatus = value;
    if (this.#request.kind === 'rpc') return;
    this.#release(writer, true);
    writeReturnStatus(writer, value);
    this.#heldDone = { code: token.doneProcedure, status: 0, command: 0, rows: 0 };
  }

  #release(writer: ByteWriter, more: boolean): void {
    if (this.#heldDone === undefined) return;
    writeDone(writer, { ...this.#heldDone, status: this.#heldDone.status | (more ? doneStatus.more : 0) });
    this.#heldDone = undefined;
  }

  /** Place of the parameter in the call; an output that the client did not name counts among the outputs. */
  #ordinal(name: string): number {
    const parameters = this.#request.kind === 'rpc' ? this.#request.parameters : [];
    const index = parameters.findIndex((parameter) => parameter.name.toLowerCase() === name.toLowerCase());
    return index === -1 ? this.#outputs.findIndex((output) => output.name === name) : index;
  }
}

/** Clients older than 7.3 get the newer date types as text, as SQL Server does. */
function columnFor(version: number, column: ColumnToken): ColumnToken {
  return { ...column, type: typeFor(version, column.type) };
}

function typeFor(version: number, type: ColumnToken['type']): ColumnToken['type'] {
  if (version >= tdsVersion.v73a || (type.name !== 'datetime2' && type.name !== 'datetimeoffset'))
    return type;
  return { name: 'nvarchar', length: type.name === 'datetime2' ? 27 : 34 };
}
