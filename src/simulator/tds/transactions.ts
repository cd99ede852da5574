/** Answers transaction manager requests (MS-TDS 2.2.6.9). The model never hears of them: it keeps no transactions. */
import { ByteWriter } from './byte-writer.ts';
import type { TransactionRequest } from './client-request.ts';
import { doneStatus, environment, token, writeBytesChange, writeDone, writeMessage } from './tokens.ts';

const none = new Uint8Array(0);

/** One connection's transaction descriptor; clients repeat it in ALL_HEADERS. */
export class Transactions {
  #current: Uint8Array | undefined;
  #count = 0;

  answer(request: TransactionRequest, serverName: string): Buffer {
    const writer = new ByteWriter();
    if (request.kind === 'begin') this.#begin(writer);
    else if (request.kind !== 'save' && !this.#finish(writer, request, serverName)) {
      writeDone(writer, { code: token.done, status: doneStatus.error, command: 0, rows: 0 });
      return writer.take();
    }
    writeDone(writer, { code: token.done, status: 0, command: 0, rows: 0 });
    return writer.take();
  }

  #begin(writer: ByteWriter): void {
    this.#count += 1;
    this.#current = new ByteWriter().u64(BigInt(this.#count)).take();
    writeBytesChange(writer, environment.beginTransaction, this.#current, none);
  }

  #finish(
    writer: ByteWriter,
    request: Exclude<TransactionRequest, { kind: 'begin' | 'save' }>,
    serverName: string,
  ): boolean {
    const ended = this.#current;
    if (ended === undefined) {
      writeMessage(writer, withoutTransaction(request.kind), serverName);
      return false;
    }
    this.#current = undefined;
    const kind = request.kind === 'commit' ? environment.commitTransaction : environment.rollbackTransaction;
    writeBytesChange(writer, kind, none, ended);
    if (request.beginsAnother) this.#begin(writer);
    return true;
  }

  /** RESETCONNECTION rolls back. */
  reset(): void {
    this.#current = undefined;
  }
}

function withoutTransaction(kind: 'commit' | 'rollback'): Parameters<typeof writeMessage>[1] {
  const name = kind.toUpperCase();
  return {
    number: kind === 'commit' ? 3902 : 3903,
    state: 1,
    class: 16,
    message: `The ${name} TRANSACTION request has no corresponding BEGIN TRANSACTION.`,
    procedure: '',
    line: 1,
  };
}
