/** Who sends a request, by its bearer token or client certificate, and what that one may do. Tokens of the settings are known by their hash only. */
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../ports/clock.ts';
import { bearerToken, sameToken } from './control-token.ts';

/** Each may do what those before it may. */
export const ROLES = ['view', 'operate', 'approve'] as const;
export type Role = (typeof ROLES)[number];

export interface TokenSettings {
  /** The person of its decisions. */
  readonly name: string;
  /** SHA-256 of the token, hex. */
  readonly sha256: string;
  readonly role: Role;
  /** ISO 8601 UTC; left out: it does not end. */
  readonly expires?: string | undefined;
}

export interface ClientSettings {
  /** Common name of a certificate whose authority has been checked. */
  readonly subject: string;
  readonly name: string;
  readonly role: Role;
}

export interface Caller {
  /** null: whoever can read the journal's folder, and says with each decision who it is. */
  readonly name: string | null;
  readonly role: Role;
}

export const mayDo = ({ role }: Caller, wanted: Role): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(wanted);

export interface CallersOptions {
  /** Of the journal's folder. */
  readonly token: string;
  readonly tokens: readonly TokenSettings[];
  readonly clients: readonly ClientSettings[];
  readonly sha256: (text: string) => string;
}

/** What of a request shows who sends it. */
export interface Credentials {
  readonly authorization: string | undefined;
  /** Common name of the client certificate; undefined: none, or not of the authority. */
  readonly subject: string | undefined;
}

/** undefined: nobody who is known. A token that is given decides alone. */
export function callerOf(
  { authorization, subject }: Credentials,
  options: CallersOptions,
  nowMs: number,
): Caller | undefined {
  if (authorization !== undefined) return ofToken(authorization, options, nowMs);
  const found = options.clients.find((one) => one.subject === subject);
  return found === undefined ? undefined : { name: found.name, role: found.role };
}

/** Every hash is compared, whichever fits. */
function ofToken(
  authorization: string,
  { token, tokens, sha256 }: CallersOptions,
  nowMs: number,
): Caller | undefined {
  const given = bearerToken(authorization);
  if (given === undefined) return undefined;
  const hash = sha256(given);
  const [found] = tokens.filter((one) => sameToken(hash, one.sha256));
  if (sameToken(given, token)) return { name: null, role: 'approve' };
  if (found === undefined || (found.expires !== undefined && Date.parse(found.expires) <= nowMs))
    return undefined;
  return { name: found.name, role: found.role };
}

export interface AskedBy extends CallersOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Common name of the client certificate behind a connection, when its authority is the one of the settings; left out: nobody has one. */
  readonly subjectOf?: (socket: object) => string | undefined;
}

export const callerIn = (request: FastifyRequest, options: AskedBy): Caller | undefined =>
  callerOf(
    {
      authorization: request.headers.authorization,
      subject: options.subjectOf?.(request.raw.socket),
    },
    options,
    options.clock.now(),
  );

/** Whose requests are counted together. By name, so that nobody else at the same address uses up what a known caller may send. */
export const rateKey = ({ ip }: FastifyRequest, caller: Caller | undefined): string =>
  caller === undefined ? `address ${ip}` : caller.name === null ? 'control token' : `name ${caller.name}`;
