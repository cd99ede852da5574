/**
 * What a text of the YAML may hold that becomes a name, a path or an argument. Refused is what nobody types on purpose and what a
 * person cannot see in a review: control characters, line separators, invisible characters (zero width, direction), halves of a
 * surrogate pair, U+FFFE and U+FFFF. Everything else is carried through as it is; it is quoted where it is used. Pure.
 */
import { z } from 'zod';

/** Cc, Cf, Zl, Zp of Unicode, and what is no character. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/u;

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** undefined: none. */
export function unseenCharacter(text: string): string | undefined {
  const found = UNSEEN.exec(text);
  return found === null
    ? undefined
    : `text without control, invisible or broken characters, found ${codeOf(found[0])} as character ${found.index + 1}`;
}

/** May be empty. Further rules are not asked where this one fails. */
export const seenText = (): z.ZodString =>
  z.string().superRefine((text, context) => {
    const message = unseenCharacter(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message, continue: false });
  });

/** Every text of the schemas that is a name, a path or an argument begins here. */
export const plainText = (): z.ZodString => seenText().min(1);

/** One line for a person at a terminal, whatever the YAML held: unseen characters are written as \uXXXX. */
export const oneLine = (text: string): string =>
  text.replaceAll(new RegExp(UNSEEN, 'gu'), (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );

/** Windows takes these for devices in every folder, with any extension (Naming Files, Paths, and Namespaces). */
const DEVICE =
  /^(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)(\.|$)/i;

/** One part of a Windows path that cannot mean another place than it says; undefined: it is fine. */
export function oddPathPart(part: string): string | undefined {
  if (part === '.' || part === '..') return `no part ${part}`;
  if (/[. ]$/.test(part)) return 'no part that ends with a dot or a blank: Windows drops both';
  if (DEVICE.test(part)) return `no part ${part}: Windows takes it for a device`;
  return undefined;
}

/** Names become keys of plain objects, where these are never absent; undefined: it is fine. */
export const inheritedName = (name: string): string | undefined =>
  name in {} ? 'another name: this one is a word of the program' : undefined;
