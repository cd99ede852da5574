/** What each file of src imports, and the picture of it by folders: for the architecture test and for ARCHITECTURE.md. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface SourceImport {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

export function sourceFiles(src: string): readonly string[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort();
}

export const folderOf = (file: string): string => file.split(path.sep)[0] ?? '';

export function importsOf(text: string): readonly SourceImport[] {
  const statics = [...text.matchAll(/^import (type )?(?:[^;'"]*? from )?'([^']+)'/gm)].map((match) => ({
    specifier: match[2] ?? '',
    typeOnly: match[1] !== undefined,
  }));
  const dynamics = [...text.matchAll(/\bimport\('([^']+)'\)/g)].map((match) => ({
    specifier: match[1] ?? '',
    typeOnly: false,
  }));
  return [...statics, ...dynamics];
}

/** Folder that a relative import leads to; undefined for packages and for the folder itself. */
export function targetFolder(src: string, file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const target = folderOf(path.relative(src, path.resolve(src, path.dirname(file), specifier)));
  return target === folderOf(file) ? undefined : target;
}

/** Mermaid: solid arrows run code, dotted arrows are types only. `topology` and `ports` are used by all and left out as targets. */
export function importDiagram(src: string): string {
  const edges = new Map<string, boolean>();
  for (const file of sourceFiles(src))
    for (const { specifier, typeOnly } of importsOf(readFileSync(path.join(src, file), 'utf8'))) {
      const target = targetFolder(src, file, specifier);
      if (target === undefined || target === 'topology' || target === 'ports') continue;
      const edge = `${folderOf(file)} ${target}`;
      edges.set(edge, (edges.get(edge) ?? true) && typeOnly);
    }
  const lines = [...edges].sort().map(([edge, typeOnly]) => {
    const [from = '', to = ''] = edge.split(' ');
    return `  ${from} ${typeOnly ? '-.->' : '-->'} ${to}`;
  });
  return ['```mermaid', 'flowchart TD', ...lines, '```'].join('\n');
}
