/** The collation sent with every text type, and its code page 1252 for varchar and char (MS-TDS 2.2.5.1.2). */

/** SQL_Latin1_General_CP1_CI_AS: LCID 0x0409, flags, sort id 52. */
export const collation: Uint8Array = Uint8Array.of(0x09, 0x04, 0xd0, 0x00, 0x34);

/** 0x80..0x9F of code page 1252; 0x81, 0x8D, 0x8F, 0x90, 0x9D are not assigned and stand for themselves. */
const upper =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';
const upperCodes = new Map(Array.from(upper, (character, index) => [character, 0x80 + index] as const));

/** What the code page lacks becomes `?`, as SQL Server does. */
export function encodeCodePage(text: string): Buffer {
  const bytes = Buffer.alloc(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const direct = code < 0x80 || (code >= 0xa0 && code <= 0xff);
    bytes[index] = direct ? code : (upperCodes.get(text.charAt(index)) ?? 0x3f);
  }
  return bytes;
}

export function decodeCodePage(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  return text.replace(/[\u0080-\u009f]/g, (character) => upper.charAt(character.charCodeAt(0) - 0x80));
}
