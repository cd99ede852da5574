/** Reads the desired-state file, or every YAML file of a directory, as texts. Decides nothing about their content. */
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SourceFile } from './accept-files.ts';
import { MAX_YAML_BYTES } from './yaml-document.ts';

/** Files of a directory that are read; beyond it the directory is taken for the wrong one. */
export const MAX_FILES = 1_000;

/** Not what editors and Git leave beside: `.pools.yaml.swp`, `#pools.yaml#`, `pools.yaml~`. */
export const isYamlName = (name: string): boolean => /^[^.#~].*\.ya?ml$/i.test(name);

export const tooLarge = (bytes: number): string =>
  `the file has ${(bytes / MAX_YAML_BYTES).toFixed(1)} MB, at most 1 MB is read`;

/** Rejects with the file system's error when it cannot be read. */
export async function readOneFile(file: string): Promise<SourceFile> {
  await using handle = await open(file, 'r');
  const { size } = await handle.stat();
  if (size > MAX_YAML_BYTES)
    return { name: file, content: { kind: 'problem', message: tooLarge(size) }, revision: null };
  return { name: file, content: { kind: 'text', text: await handle.readFile('utf8') }, revision: null };
}

/** undefined: it went away since its name was read; what it was replaced by is seen by the next look. */
async function readMember(file: string): Promise<SourceFile | undefined> {
  try {
    if (!(await stat(file)).isFile()) return undefined;
    return await readOneFile(file);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.startsWith('ENOENT')) return undefined;
    return {
      name: file,
      content: { kind: 'problem', message: `cannot be read: ${message}` },
      revision: null,
    };
  }
}

/** Not its subfolders. Rejects when the directory cannot be listed, or holds no YAML file at all: then it is not what it was. */
export async function readDirectory(directory: string): Promise<readonly SourceFile[]> {
  const names = (await readdir(directory)).filter(isYamlName).sort();
  if (names.length > MAX_FILES)
    throw new Error(`it holds ${String(names.length)} YAML files, at most ${String(MAX_FILES)} are read`);
  const files: SourceFile[] = [];
  for (const name of names) {
    const file = await readMember(path.join(directory, name));
    if (file !== undefined) files.push(file);
  }
  if (files.length === 0) throw new Error('it holds no YAML file');
  return files;
}
