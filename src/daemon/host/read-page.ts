/**
 * The built page, read whole when the daemon starts: an upgrade underneath a running daemon must not mix the files of two builds.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PageFiles } from '../../http/page-route.ts';

/** From src and from the built product alike. */
const BUILT = fileURLToPath(new URL('../../../dist/web/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Empty where the page was not built. Files of another kind are not served. */
export function readPage(folder: string = BUILT): PageFiles {
  if (!existsSync(folder)) return new Map();
  return new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
      const type = TYPES[path.extname(name)];
      if (type === undefined) return [];
      const body = readFileSync(path.join(folder, name));
      return [[name.split(path.sep).join('/'), { body, type }] as const];
    }),
  );
}
