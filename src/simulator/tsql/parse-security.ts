/** Logins, users, roles and permissions (docs `t-sql/statements/create-login`, `create-user`, `alter-role`, `alter-user`, `alter-authorization`, `alter-server-role`, `grant`). */
import { parseNameParts } from './parse-primary.ts';
import type { SecurityCommand } from './security-commands.ts';
import type { TokenStream } from './token-stream.ts';

const CREATED: ReadonlySet<string> = new Set(['LOGIN', 'USER']);
const ALTERED: ReadonlySet<string> = new Set(['ROLE', 'SERVER', 'USER', 'AUTHORIZATION']);
const CHANGES: ReadonlySet<string> = new Set(['GRANT', 'DENY', 'REVOKE']);

/** After a look at the next two words; undefined: none of these statements. */
export function parseSecurity(stream: TokenStream): SecurityCommand | undefined {
  if (stream.isAny(CHANGES)) return parsePermissions(stream);
  if (stream.is('CREATE') && stream.isAny(CREATED, 1)) return parseCreate(stream);
  if (stream.is('DROP') && stream.isAny(CREATED, 1)) return parseDrop(stream);
  if (stream.is('ALTER') && stream.isAny(ALTERED, 1)) return parseAltered(stream);
  return undefined;
}

function parseCreate(stream: TokenStream): SecurityCommand {
  stream.expect('CREATE');
  if (stream.accept('LOGIN')) return parseLogin(stream, stream.name());
  stream.expect('USER');
  const name = stream.name();
  if (!stream.accept('FOR') && !stream.accept('FROM')) return { kind: 'create-user', name, login: name };
  stream.expect('LOGIN');
  return { kind: 'create-user', name, login: stream.name() };
}

function parseLogin(stream: TokenStream, name: string): SecurityCommand {
  if (stream.accept('FROM')) {
    stream.expect('WINDOWS');
    return { kind: 'create-login', name, password: undefined, sid: undefined };
  }
  stream.expect('WITH', 'PASSWORD');
  stream.expectMark('=');
  if (stream.peek().kind !== 'string') throw stream.refuse();
  const password = stream.next().text;
  let sid: string | undefined;
  while (stream.acceptMark(',')) {
    const option = stream.oneOf(['SID', 'CHECK_POLICY', 'CHECK_EXPIRATION', 'DEFAULT_DATABASE']);
    stream.expectMark('=');
    if (option === 'SID') sid = parseSid(stream);
    else if (option === 'DEFAULT_DATABASE') stream.name();
    else stream.oneOf(['ON', 'OFF']);
  }
  return { kind: 'create-login', name, password, sid };
}

function parseSid(stream: TokenStream): string {
  if (stream.peek().kind !== 'binary') throw stream.refuse();
  return stream.next().text.toUpperCase().replace('0X', '0x');
}

function parseDrop(stream: TokenStream): SecurityCommand {
  stream.expect('DROP');
  const kind = stream.oneOf(['LOGIN', 'USER']) === 'LOGIN' ? 'drop-login' : 'drop-user';
  return { kind, name: stream.name() };
}

function parseAltered(stream: TokenStream): SecurityCommand {
  stream.expect('ALTER');
  if (stream.accept('USER')) {
    const name = stream.name();
    stream.expect('WITH', 'LOGIN');
    stream.expectMark('=');
    return { kind: 'alter-user', name, login: stream.name() };
  }
  if (!stream.accept('AUTHORIZATION')) return parseRole(stream);
  stream.expect('ON', 'DATABASE');
  stream.expectMark('::');
  const database = stream.name();
  stream.expect('TO');
  return { kind: 'own-database', database, owner: stream.name() };
}

function parseRole(stream: TokenStream): SecurityCommand {
  const of = stream.accept('SERVER') ? 'server' : 'database';
  stream.expect('ROLE');
  const role = stream.name();
  const change = stream.oneOf(['ADD', 'DROP']);
  stream.expect('MEMBER');
  return { kind: 'role-member', of, role, change, member: stream.name() };
}

function parsePermissions(stream: TokenStream): SecurityCommand {
  const change = stream.oneOf(['GRANT', 'DENY', 'REVOKE']);
  const permissions: string[] = [];
  do permissions.push(parsePermission(stream));
  while (stream.acceptMark(','));
  const object = stream.accept('ON') ? parseObject(stream) : undefined;
  if (change === 'REVOKE') stream.oneOf(['FROM', 'TO']);
  else stream.expect('TO');
  const principals: string[] = [];
  do principals.push(stream.name());
  while (stream.acceptMark(','));
  return { kind: 'permissions', change, permissions, object, principals };
}

const ENDS: ReadonlySet<string> = new Set(['ON', 'TO', 'FROM']);

/** Words up to a comma, ON, TO or FROM; which of them is a permission, the host knows. */
function parsePermission(stream: TokenStream): string {
  const words: string[] = [];
  while (stream.peek().kind === 'name' && !stream.isAny(ENDS)) words.push(stream.next().keyword);
  if (words.length === 0) throw stream.refuse();
  return words.join(' ');
}

function parseObject(stream: TokenStream): string {
  if (stream.is('OBJECT') && stream.isMark('::', 1)) {
    stream.expect('OBJECT');
    stream.expectMark('::');
  }
  return parseNameParts(stream).at(-1) ?? '';
}
