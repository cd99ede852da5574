/**
 * DesiredSource over one YAML file or over the YAML files of one directory. Watches the folder, because editors and Git replace a
 * file by rename, and reads again now and then in case the file system reports nothing.
 */
import { watch } from 'node:fs';
import path from 'node:path';
import { readDirectory, readOneFile } from './folder-files.ts';
import { followSource, type FollowOptions, type SourceReader, type WakingSource } from './follow-source.ts';

export type FileSourceOptions = FollowOptions & ({ readonly file: string } | { readonly directory: string });

export function createFileSource(options: FileSourceOptions): WakingSource {
  return followSource(
    'file' in options ? fileReader(options.file) : directoryReader(options.directory),
    options,
  );
}

export const fileReader = (file: string): SourceReader => ({
  name: file,
  read: async () => [await readOneFile(file)],
  watch: (wake) => watchFolder(path.dirname(path.resolve(file)), path.basename(file), wake),
});

export const directoryReader = (directory: string): SourceReader => ({
  name: directory,
  read: () => readDirectory(directory),
  watch: (wake) => watchFolder(directory, undefined, wake),
});

/** undefined: the folder cannot be watched (some network file systems); reading again now and then still finds changes. */
function watchFolder(
  folder: string,
  only: string | undefined,
  wake: () => void,
): { close(): void } | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => {
      if (name === null || only === undefined || name === only) wake();
    });
    watcher.on('error', () => {
      watcher.close();
    });
    return watcher;
  } catch {
    // Reading again on a timer replaces it.
    return undefined;
  }
}
