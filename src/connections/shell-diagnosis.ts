/** What a shell's or an ssh client's last words on stderr mean. Pure. */
import type { ErrorCode } from '../topology/pool-error.ts';

const XML_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** `_x000D_` and entities, as PowerShell writes text into CLIXML. */
const plain = (text: string): string =>
  text
    .replace(/&(lt|gt|amp|quot|apos);/g, (whole, name: string) => XML_ENTITIES[name] ?? whole)
    .replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/**
 * stderr without CLIXML: of that only what is no progress, its words joined again (skype reference 9, channel: split over
 * `<S>` elements, sometimes without the line `#< CLIXML`). Empty: there was nothing but progress.
 */
export function readableStderr(text: string): string {
  const said = text
    .replace(/<Objs\b[\s\S]*?<\/Objs>/g, (clixml) =>
      [...clixml.matchAll(/<S S="(?:Error|Warning)">([^<]*)<\/S>/g)]
        .map(([, part = '']) => plain(part))
        .join(''),
    )
    .replace(/^#< CLIXML\r?$/gm, '');
  return said
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .join('\n')
    .trim();
}

/** The words of OpenSSH's client; the changed key comes first, because its message ends like that of an unknown one. */
const SSH_WORDS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED/, 'PCO_SSH_HOST_KEY_CHANGED'],
  [/Host key verification failed|No \S+ host key is known for/, 'PCO_SSH_HOST_KEY_UNKNOWN'],
  [/Permission denied \(|Too many authentication failures/, 'PCO_SSH_AUTH_REFUSED'],
  [
    /^ssh: connect to host|^ssh: Could not resolve hostname|Timeout, server .* not responding|Connection (closed|reset|timed out)|kex_exchange_identification/m,
    'PCO_SSH_UNREACHABLE',
  ],
];

/** undefined: the ssh client did its part. */
export const sshDiagnosis = (stderr: string): ErrorCode | undefined =>
  SSH_WORDS.find(([words]) => words.test(stderr))?.[1];
