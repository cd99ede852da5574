/** SQL batch, RPC and transaction manager requests (MS-TDS 2.2.6.7, 2.2.6.6, 2.2.6.9) as the words of the estate. */
import type { RpcParameter, SqlRequest } from '../estate-contract.ts';
import { ByteReader } from './byte-reader.ts';
import { TdsProtocolError } from './protocol-error.ts';
import { readTypeInfo } from './types-in.ts';

/** MS-TDS 2.2.6.6, ProcID. */
const wellKnownProcedures: ReadonlyMap<number, string> = new Map([
  [1, 'sp_cursor'],
  [2, 'sp_cursoropen'],
  [3, 'sp_cursorprepare'],
  [4, 'sp_cursorexecute'],
  [5, 'sp_cursorprepexec'],
  [6, 'sp_cursorunprepare'],
  [7, 'sp_cursorfetch'],
  [8, 'sp_cursoroption'],
  [9, 'sp_cursorclose'],
  [10, 'sp_executesql'],
  [11, 'sp_prepare'],
  [12, 'sp_execute'],
  [13, 'sp_prepexec'],
  [14, 'sp_prepexecrpc'],
  [15, 'sp_unprepare'],
]);
const procedureById = 0xffff;
/** BatchFlag and NoExecFlag between the calls of one message: 0xFF since 7.2, 0x80 before. */
const separators: ReadonlySet<number> = new Set([0xff, 0xfe, 0x80]);
const parameterFlag = { byReference: 0x01, encrypted: 0x08 } as const;

export type RpcCall = Extract<SqlRequest, { readonly kind: 'rpc' }>;

export function readBatch(payload: Uint8Array): SqlRequest {
  const reader = new ByteReader(payload);
  skipAllHeaders(reader);
  return { kind: 'batch', text: reader.utf16(Math.floor(reader.remaining / 2)) };
}

/** One message may hold several calls. */
export function readRpcCalls(payload: Uint8Array): readonly RpcCall[] {
  const reader = new ByteReader(payload);
  skipAllHeaders(reader);
  const calls = [readCall(reader)];
  while (reader.remaining > 0) calls.push(readCall(reader));
  return calls;
}

function readCall(reader: ByteReader): RpcCall {
  const procedure = readProcedure(reader);
  reader.u16(); // OptionFlags: recompile, no metadata, reuse metadata
  const parameters: RpcParameter[] = [];
  while (reader.remaining > 0) {
    // A name has at most 128 characters, so that no length byte looks like a separator.
    if (separators.has(reader.peek() ?? 0)) {
      reader.u8();
      break;
    }
    parameters.push(readParameter(reader));
  }
  return { kind: 'rpc', procedure, parameters };
}

function readProcedure(reader: ByteReader): string {
  const length = reader.u16();
  if (length !== procedureById) return reader.utf16(length);
  const id = reader.u16();
  const name = wellKnownProcedures.get(id);
  if (name === undefined) throw new TdsProtocolError(`unknown procedure id ${id}`);
  return name;
}

function readParameter(reader: ByteReader): RpcParameter {
  const name = reader.shortText();
  const flags = reader.u8();
  if ((flags & parameterFlag.encrypted) !== 0)
    throw new TdsProtocolError('encrypted parameters are not served');
  const incoming = readTypeInfo(reader);
  const value = incoming.read(reader);
  return { name, type: incoming.type, value, output: (flags & parameterFlag.byReference) !== 0 };
}

export type TransactionRequest =
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit' | 'rollback'; readonly beginsAnother: boolean }
  | { readonly kind: 'save' };

/** TM_BEGIN_XACT 5, TM_COMMIT_XACT 7, TM_ROLLBACK_XACT 8, TM_SAVE_XACT 9; distributed ones are not served. */
export function readTransactionRequest(payload: Uint8Array): TransactionRequest {
  const reader = new ByteReader(payload);
  skipAllHeaders(reader);
  const type = reader.u16();
  if (type === 5) return { kind: 'begin' };
  if (type === 9) return { kind: 'save' };
  if (type !== 7 && type !== 8) throw new TdsProtocolError(`transaction request ${type} is not served`);
  reader.bytes(reader.u8()); // name, length in bytes
  const beginsAnother = reader.remaining > 0 && (reader.u8() & 1) === 1;
  return { kind: type === 7 ? 'commit' : 'rollback', beginsAnother };
}

/** ALL_HEADERS (MS-TDS 2.2.5.3): transaction descriptor, trace, query notification; total length includes itself. */
function skipAllHeaders(reader: ByteReader): void {
  const total = reader.u32();
  if (total < 4) throw new TdsProtocolError(`ALL_HEADERS of ${total} bytes`);
  reader.bytes(total - 4);
}
