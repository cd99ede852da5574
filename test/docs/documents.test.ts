/** What holds of every page of the documentation: links lead somewhere, fences say what they hold, settings shown are settings. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseSettings } from '../../src/desired-state/parse-settings.ts';
import { documentParts, typedLines } from '../support/command-blocks.ts';

const root = path.resolve(import.meta.dirname, '../..');
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string): string => readFileSync(path.join(root, page), 'utf8');
const partsOf = (page: string): ReturnType<typeof documentParts> => documentParts(textOf(page));

/** What is shown and not typed; `sh` is typed by test/e2e/command-blocks.test.ts, or a comment above says why not. */
const SHOWN = new Set(['text', 'yaml', 'sql', 'json', 'ini', 'powershell', 'mermaid']);
const COMMAND = /^\s*(?:pchat|npm|git|systemctl|curl) /;

const withoutFences = (text: string): string => text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');

/** As GitHub makes the anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set(
    [...withoutFences(textOf(page)).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading)),
  );

/** Links inside the repository that lead nowhere. */
function deadLinks(page: string): readonly string[] {
  const links = [...withoutFences(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
    if (!existsSync(path.join(root, target))) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor);
  });
}

describe.each(pages)('%s', (page) => {
  test('has no dead link', () => {
    expect(deadLinks(page)).toEqual([]);
  });

  test('says of each fence what it holds, and hides no command in one that nobody types', () => {
    const blocks = partsOf(page).filter((part) => part.kind === 'block');
    expect(blocks.filter(({ language }) => language !== 'sh' && !SHOWN.has(language))).toEqual([]);
    const hidden = blocks.filter(({ language, text }) => language === 'text' && COMMAND.test(text));
    expect(hidden).toEqual([]);
  });
});

test('a block that is run elsewhere names a test that runs its commands', () => {
  const untrue = pages.flatMap((page) => {
    const parts = partsOf(page);
    return parts.flatMap((part, at) => {
      const block = parts[at + 1];
      if (part.kind !== 'directive' || part.name !== 'elsewhere' || block?.kind !== 'block') return [];
      const file = path.join(root, part.value.replace(/ \(\w+\)$/, ''));
      if (!existsSync(file)) return [`${page}:${String(part.line)}: ${part.value}`];
      const tests = readFileSync(file, 'utf8');
      return typedLines(block.text)
        .map((line) =>
          line.split(' ').find((word) => /^(completion|demo|--version|pack|install)$/.test(word)),
        )
        .filter((word) => word !== undefined && !tests.includes(word))
        .map((word) => `${page}: ${String(word)}`);
    });
  });
  expect(untrue).toEqual([]);
});

test('settings that a page shows whole are valid ones', () => {
  const shown = pages.flatMap((page) =>
    partsOf(page).flatMap((part) =>
      part.kind === 'block' && part.words.includes('settings') ? [part.text] : [],
    ),
  );
  expect(shown).toHaveLength(1);
  for (const text of shown) expect(() => parseSettings(text, 'settings.yaml')).not.toThrow();
});
