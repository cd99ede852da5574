/** A login with Windows credentials (MS-TDS 3.3.5.5): the two tokens of NTLM, and whose account it is. Kerberos is not spoken. */
import {
  isNtlm,
  readAuthenticate,
  readNegotiateFlags,
  writeChallenge,
  type ChallengeNames,
} from './ntlm-messages.ts';
import { isProven } from './ntlm-proof.ts';

/** The domain that the instance's host has joined. */
export interface WindowsDomain {
  /** NetBIOS name, upper case. */
  readonly name: string;
  readonly dnsName: string;
  /** Without the domain; undefined: no such account. */
  passwordOf(account: string): string | undefined;
  /** True time, ms; the challenge carries it. */
  now(): number;
  /** Eight bytes, never the same twice. */
  challenge(): Uint8Array;
}

interface Challenged {
  readonly negotiate: Buffer;
  readonly challenge: Buffer;
  readonly serverChallenge: Uint8Array;
}

export class WindowsLogin {
  readonly #domain: WindowsDomain;
  readonly #names: ChallengeNames;
  #challenged: Challenged | undefined;

  constructor(domain: WindowsDomain, serverName: string) {
    const computer = serverName.split('\\')[0] ?? serverName;
    this.#domain = domain;
    this.#names = {
      domain: domain.name,
      dnsDomain: domain.dnsName,
      computer,
      dnsComputer: `${computer.toLowerCase()}.${domain.dnsName}`,
    };
  }

  /** The token for the client; undefined: not NTLM. */
  begin(negotiate: Buffer): Buffer | undefined {
    if (!isNtlm(negotiate)) return undefined;
    const serverChallenge = this.#domain.challenge();
    const flags = readNegotiateFlags(negotiate);
    const challenge = writeChallenge(flags, this.#names, serverChallenge, this.#domain.now());
    this.#challenged = { negotiate, challenge, serverChallenge };
    return challenge;
  }

  /** `DOMAIN\account` as sys.server_principals has it; undefined: wrong password, other domain or no such account. */
  finish(authenticate: Buffer): string | undefined {
    const challenged = this.#challenged;
    this.#challenged = undefined;
    const sent = readAuthenticate(authenticate);
    const domains = [this.#domain.name, this.#domain.dnsName].map((name) => name.toUpperCase());
    if (challenged === undefined || !domains.includes(sent.domain.toUpperCase())) return undefined;
    const password = this.#domain.passwordOf(sent.user);
    if (password === undefined || !isProven(sent, password, { ...challenged, authenticate }))
      return undefined;
    return `${this.#domain.name}\\${sent.user}`;
  }
}
