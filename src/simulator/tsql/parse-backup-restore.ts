/** BACKUP and RESTORE in the forms of sql-server reference 3.1 and 3.3: DISK devices, known options, MOVE. */
import { stringLiteral } from './literals.ts';
import { parseSimpleValue, parseTextValue } from './parse-simple-value.ts';
import { syntaxError } from './sql-error.ts';
import type { DeviceOptions, PlainStatement, SimpleValue } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

const FLAG = 'flag';
const VALUE = 'value';
const EITHER = 'either';
type Shape = typeof FLAG | typeof VALUE | typeof EITHER;
type Options = Readonly<Record<string, Shape>>;

const SHARED: Options = {
  CHECKSUM: FLAG,
  NO_CHECKSUM: FLAG,
  STOP_ON_ERROR: FLAG,
  CONTINUE_AFTER_ERROR: FLAG,
  STATS: EITHER,
  NORECOVERY: FLAG,
  STANDBY: VALUE,
  RESTART: FLAG,
  REWIND: FLAG,
  NOREWIND: FLAG,
  UNLOAD: FLAG,
  NOUNLOAD: FLAG,
  MEDIANAME: VALUE,
  MEDIAPASSWORD: VALUE,
  BLOCKSIZE: VALUE,
  BUFFERCOUNT: VALUE,
  MAXTRANSFERSIZE: VALUE,
};

const BACKUP_OPTIONS: Options = {
  ...SHARED,
  COPY_ONLY: FLAG,
  DIFFERENTIAL: FLAG,
  COMPRESSION: FLAG,
  NO_COMPRESSION: FLAG,
  INIT: FLAG,
  NOINIT: FLAG,
  SKIP: FLAG,
  NOSKIP: FLAG,
  FORMAT: FLAG,
  NOFORMAT: FLAG,
  NO_TRUNCATE: FLAG,
  NAME: VALUE,
  DESCRIPTION: VALUE,
  EXPIREDATE: VALUE,
  RETAINDAYS: VALUE,
  MEDIADESCRIPTION: VALUE,
};

const RESTORE_OPTIONS: Options = {
  ...SHARED,
  RECOVERY: FLAG,
  REPLACE: FLAG,
  PARTIAL: FLAG,
  FILE: VALUE,
  PASSWORD: VALUE,
  RESTRICTED_USER: FLAG,
  KEEP_REPLICATION: FLAG,
  KEEP_CDC: FLAG,
  ENABLE_BROKER: FLAG,
  NEW_BROKER: FLAG,
  ERROR_BROKER_CONVERSATIONS: FLAG,
  LOADHISTORY: FLAG,
  STOPAT: VALUE,
  STOPATMARK: VALUE,
  STOPBEFOREMARK: VALUE,
};

const INFO_KINDS = ['HEADERONLY', 'FILELISTONLY', 'LABELONLY', 'VERIFYONLY'] as const;
const MAX_DEVICES = 64;

export function parseBackup(stream: TokenStream): PlainStatement {
  stream.expect('BACKUP');
  const what = stream.oneOf(['DATABASE', 'LOG']) === 'LOG' ? 'log' : 'database';
  const database = databaseName(stream);
  stream.expect('TO');
  const devices = parseDevices(stream);
  return { kind: 'backup', what, database, devices, with: parseWith(stream, BACKUP_OPTIONS, 'BACKUP') };
}

export function parseRestore(stream: TokenStream): PlainStatement {
  stream.expect('RESTORE');
  const info = INFO_KINDS.find((kind) => stream.is(kind));
  if (info !== undefined) {
    stream.next();
    stream.expect('FROM');
    const devices = parseDevices(stream);
    return { kind: 'restore-info', what: info, devices, with: parseWith(stream, RESTORE_OPTIONS, 'RESTORE') };
  }
  const what = stream.oneOf(['DATABASE', 'LOG']) === 'LOG' ? 'log' : 'database';
  const database = databaseName(stream);
  const devices = stream.accept('FROM') ? parseDevices(stream) : [];
  return { kind: 'restore', what, database, devices, with: parseWith(stream, RESTORE_OPTIONS, 'RESTORE') };
}

function databaseName(stream: TokenStream): SimpleValue {
  if (stream.peek().kind === 'variable') return parseTextValue(stream);
  return stringLiteral(stream.name(), true);
}

function parseDevices(stream: TokenStream): readonly SimpleValue[] {
  const devices: SimpleValue[] = [];
  do {
    if (devices.length === MAX_DEVICES) throw stream.refuse();
    stream.expect('DISK');
    stream.expectMark('=');
    devices.push(parseTextValue(stream));
  } while (stream.acceptMark(','));
  return devices;
}

function parseWith(stream: TokenStream, known: Options, verb: 'BACKUP' | 'RESTORE'): DeviceOptions {
  const options: DeviceOptions['options'][number][] = [];
  const moves: DeviceOptions['moves'][number][] = [];
  if (!stream.accept('WITH')) return { options, moves };
  do {
    if (verb === 'RESTORE' && stream.accept('MOVE')) moves.push(parseMove(stream));
    else options.push(parseOption(stream, known, verb));
  } while (stream.acceptMark(','));
  return { options, moves };
}

function parseMove(stream: TokenStream): DeviceOptions['moves'][number] {
  const logical = parseTextValue(stream);
  stream.expect('TO');
  return { logical, to: parseTextValue(stream) };
}

function parseOption(stream: TokenStream, known: Options, verb: string): DeviceOptions['options'][number] {
  const token = stream.peek();
  if (token.kind !== 'name' || token.keyword === '') throw stream.refuse();
  const shape = known[token.keyword];
  if (shape === undefined) throw syntaxError(155, token.line, token.text, verb);
  stream.next();
  if (shape === FLAG || (shape === EITHER && !stream.isMark('=')))
    return { name: token.keyword, value: true };
  stream.expectMark('=');
  return { name: token.keyword, value: parseSimpleValue(stream) };
}
