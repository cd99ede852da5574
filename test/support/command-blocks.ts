/**
 * The fenced blocks of the documentation, and what a comment right above one says about running it. Pure.
 *
 * Comments: `before: COMMAND` runs unseen by the reader, `estate: FAULT` breaks or repairs the estate, both before the block that follows;
 * `until: SITE` or `until: gate CODE` waits for the pool to be converged there, or held; `elsewhere: FILE`, with a word in brackets
 * where one file runs several, names the test that runs the block.
 */
export type Directive = 'before' | 'estate' | 'until' | 'elsewhere';

/** In the order of the document. */
export type DocumentPart =
  | { readonly kind: 'directive'; readonly line: number; readonly name: Directive; readonly value: string }
  | {
      readonly kind: 'block';
      readonly line: number;
      readonly language: string;
      /** After the language, for example `refused`. */
      readonly words: readonly string[];
      readonly text: string;
    };

const FENCE = /^ *```(.*)$/;
const DIRECTIVE = /^ *<!-- (before|estate|until|elsewhere): (.*) -->$/;

/** Throws when a fence is not closed. */
export function documentParts(markdown: string): readonly DocumentPart[] {
  const parts: DocumentPart[] = [];
  const lines = markdown.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const directive = DIRECTIVE.exec(lines[at] ?? '');
    if (directive !== null)
      parts.push({
        kind: 'directive',
        line: at + 1,
        name: directive[1] as Directive,
        value: directive[2] ?? '',
      });
    const fence = FENCE.exec(lines[at] ?? '');
    if (fence === null) continue;
    const end = lines.findIndex((line, index) => index > at && FENCE.test(line));
    if (end < 0) throw new Error(`line ${String(at + 1)}: the fence is not closed`);
    const [language = '', ...words] = (fence[1] ?? '').trim().split(/\s+/);
    parts.push({
      kind: 'block',
      line: at + 1,
      language,
      words,
      text: lines.slice(at + 1, end).join('\n'),
    });
    at = end;
  }
  return parts;
}

/** What a reader types, comments taken off. */
export function typedLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
