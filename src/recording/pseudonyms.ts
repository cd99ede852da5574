/**
 * Pseudonyms for names. The same word gets the same pseudonym for as long as the key lives, and nobody who lacks the key can find
 * a word by trying likely ones. A text is taken apart at its separators and put together again, so that whatever relation code
 * finds between names by their parts stands: host and domain, server and instance, folder and file, database and time stamp.
 *
 * What decides on names compares them with or without case, by whole parts. Two of them are in order by accident only: log backups
 * that cover exactly the same log are taken in the order of their names, and pseudonyms have another order.
 */
import { createHmac } from 'node:crypto';

/** What stands between the parts of host names, paths, logins, identities, addresses and file names. */
const WORD = /[^\s\\/.:_@"'(),;|<>=[\]{}!?*]+/gu;

/** Words of the products and of this program, which say nothing about a site and are told apart by code and by people. */
const VOCABULARY: ReadonlySet<string> = new Set(
  (
    'mgc mgccomp tcp trn bak wrk tail shared-tail full seed tail-damaged lsbackup lscopy lsrestore lsalert ' +
    'persistentchatserver service instance folder headers through shell chat server comparison copy job at'
  ).split(' '),
);
/** yyyymmddhhmmss of a backup file. */
const STAMP = /^\d{14}$/;
/** Longest name of a computer that NetBIOS, and so a backup header, carries; a longer host name is cut there. */
const NETBIOS_LENGTH = 15;
const SHORT_LENGTH = 11;
const REST_LENGTH = 7;
const FIRST = 'n';

export class Pseudonyms {
  readonly #key: Uint8Array;
  readonly #known = new Map<string, string>();

  /** @param key secret, 32 random bytes; kept nowhere */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Every word of the text by its pseudonym; separators stay. */
  of(text: string): string {
    return text.replace(WORD, (word, at: number) => (keeps(text, word, at) ? word : this.#word(word)));
  }

  #word(word: string): string {
    const known = this.#known.get(word);
    if (known !== undefined) return known;
    const made = inCaseOf(word, this.#lower(word.toLowerCase()), () => this.#digest('case', word));
    this.#known.set(word, made);
    return made;
  }

  /** A word of 15 characters or more begins with the pseudonym of its first 15. */
  #lower(word: string): string {
    if (word.length < NETBIOS_LENGTH) return this.#letters('word', word, SHORT_LENGTH);
    const head = this.#letters('head', word.slice(0, NETBIOS_LENGTH), NETBIOS_LENGTH);
    return word.length === NETBIOS_LENGTH ? head : `${head}${this.#letters('rest', word, REST_LENGTH)}`;
  }

  #letters(kind: string, word: string, length: number): string {
    const digits = [...this.#digest(kind, word)].map((byte) => String.fromCharCode(97 + (byte % 26)));
    return `${FIRST}${digits.slice(0, length - FIRST.length).join('')}`;
  }

  #digest(kind: string, word: string): Uint8Array {
    return createHmac('sha256', this.#key).update(`${kind} ${word}`).digest();
  }
}

function keeps(text: string, word: string, at: number): boolean {
  if (VOCABULARY.has(word.toLowerCase())) return true;
  const after = text.slice(at + word.length);
  if (/^[a-z]$/i.test(word) && after.startsWith(':\\')) return true;
  return STAMP.test(word) && text[at - 1] === '_';
}

/** Words that differ in case only get pseudonyms that differ in case only: all small, all capital, or mixed by the word's own digest. */
function inCaseOf(word: string, pseudonym: string, digest: () => Uint8Array): string {
  if (word === word.toLowerCase()) return pseudonym;
  if (word === word.toUpperCase()) return pseudonym.toUpperCase();
  const bits = digest();
  const mixed = Array.from(pseudonym, (letter, index) =>
    (bits[index] ?? 0) % 2 === 0 ? letter : letter.toUpperCase(),
  );
  return [FIRST.toUpperCase(), ...mixed.slice(1, -1), pseudonym.slice(-1)].join('');
}
