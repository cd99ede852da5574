/** ALTER DATABASE ... SET, ALTER ENDPOINT, CREATE and DROP DATABASE (sql-server reference 3.6, 3.8, 3.9). No variables here. */
import type { AlterDatabaseChange, Termination } from './ast.ts';
import { parseWholeNumber } from './parse-simple-value.ts';
import type { PlainStatement } from './syntax.ts';
import type { TokenStream } from './token-stream.ts';

const ACCESS = ['SINGLE_USER', 'RESTRICTED_USER', 'MULTI_USER'] as const;
const STATES = ['ONLINE', 'OFFLINE', 'EMERGENCY'] as const;
const PARTNER_WORDS = ['OFF', 'FAILOVER', 'FORCE_SERVICE_ALLOW_DATA_LOSS', 'SUSPEND', 'RESUME'] as const;
/** Options that a host may take note of; their effect is not modelled by the parser. */
const ON_OFF: ReadonlySet<string> = new Set([
  'AUTO_CLOSE',
  'AUTO_SHRINK',
  'AUTO_CREATE_STATISTICS',
  'AUTO_UPDATE_STATISTICS',
  'AUTO_UPDATE_STATISTICS_ASYNC',
  'ALLOW_SNAPSHOT_ISOLATION',
  'READ_COMMITTED_SNAPSHOT',
  'TRUSTWORTHY',
  'DB_CHAINING',
]);
const BARE: ReadonlySet<string> = new Set(['ENABLE_BROKER', 'DISABLE_BROKER', 'NEW_BROKER']);

export function parseAlter(stream: TokenStream): PlainStatement {
  stream.expect('ALTER');
  if (stream.accept('ENDPOINT')) return parseEndpoint(stream);
  stream.expect('DATABASE');
  const database = stream.name();
  stream.expect('SET');
  return { kind: 'alter-database', database, change: parseChange(stream) };
}

function parseEndpoint(stream: TokenStream): PlainStatement {
  const name = stream.name();
  stream.expect('STATE');
  stream.expectMark('=');
  return { kind: 'alter-endpoint', name, state: stream.oneOf(['STARTED', 'STOPPED', 'DISABLED']) };
}

function parseChange(stream: TokenStream): AlterDatabaseChange {
  const access = ACCESS.find((word) => stream.accept(word));
  if (access !== undefined) return { kind: 'access', access, termination: parseTermination(stream) };
  const state = STATES.find((word) => stream.accept(word));
  if (state !== undefined) return { kind: 'state', state, termination: parseTermination(stream) };
  if (stream.accept('RECOVERY'))
    return { kind: 'recovery', model: stream.oneOf(['FULL', 'BULK_LOGGED', 'SIMPLE']) };
  if (stream.is('READ_ONLY') || stream.is('READ_WRITE')) {
    const readOnly = stream.next().keyword === 'READ_ONLY';
    return { kind: 'read-only', readOnly, termination: parseTermination(stream) };
  }
  if (stream.accept('PARTNER')) return parsePartner(stream);
  if (stream.accept('WITNESS')) return parseWitness(stream);
  return parseOther(stream);
}

/** `WITH ROLLBACK IMMEDIATE | ROLLBACK AFTER n [SECONDS] | NO_WAIT`. */
function parseTermination(stream: TokenStream): Termination {
  if (!stream.accept('WITH')) return { kind: 'wait' };
  if (stream.accept('NO_WAIT')) return { kind: 'no-wait' };
  stream.expect('ROLLBACK');
  if (stream.accept('IMMEDIATE')) return { kind: 'rollback', afterSeconds: 0 };
  stream.expect('AFTER');
  const afterSeconds = parseWholeNumber(stream);
  stream.accept('SECONDS');
  return { kind: 'rollback', afterSeconds };
}

function parsePartner(stream: TokenStream): AlterDatabaseChange {
  if (stream.acceptMark('=')) return { kind: 'partner', option: 'ADDRESS', address: parseAddress(stream) };
  if (stream.accept('SAFETY'))
    return { kind: 'partner', option: 'SAFETY', safety: stream.oneOf(['FULL', 'OFF']) };
  if (stream.accept('TIMEOUT'))
    return { kind: 'partner', option: 'TIMEOUT', seconds: parseWholeNumber(stream) };
  return { kind: 'partner', option: stream.oneOf(PARTNER_WORDS) };
}

function parseWitness(stream: TokenStream): AlterDatabaseChange {
  if (stream.accept('OFF')) return { kind: 'witness', address: undefined };
  stream.expectMark('=');
  return { kind: 'witness', address: parseAddress(stream) };
}

function parseAddress(stream: TokenStream): string {
  if (stream.peek().kind !== 'string') throw stream.refuse();
  return stream.next().text;
}

function parseOther(stream: TokenStream): AlterDatabaseChange {
  const word = stream.peek().keyword;
  if (BARE.has(word)) {
    stream.next();
    parseTermination(stream);
    return { kind: 'other', text: word };
  }
  if (ON_OFF.has(word)) {
    stream.next();
    const value = stream.oneOf(['ON', 'OFF']);
    parseTermination(stream);
    return { kind: 'other', text: `${word} ${value}` };
  }
  if (stream.accept('PAGE_VERIFY'))
    return {
      kind: 'other',
      text: `PAGE_VERIFY ${stream.oneOf(['CHECKSUM', 'TORN_PAGE_DETECTION', 'NONE'])}`,
    };
  stream.expect('COMPATIBILITY_LEVEL');
  stream.expectMark('=');
  return { kind: 'other', text: `COMPATIBILITY_LEVEL ${parseWholeNumber(stream)}` };
}

/** One statement per database. */
export function parseDropDatabase(stream: TokenStream): readonly PlainStatement[] {
  stream.expect('DROP', 'DATABASE');
  const statements: PlainStatement[] = [];
  do statements.push({ kind: 'drop-database', database: stream.name() });
  while (stream.acceptMark(','));
  return statements;
}

export function parseCreateDatabase(stream: TokenStream): PlainStatement {
  stream.expect('CREATE', 'DATABASE');
  return { kind: 'create-database', database: stream.name() };
}
