/** pchat support-bundle: one file for somebody who shall help. Looks and reads; nothing on the estate is changed. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { Command } from 'commander';
import { Pseudonyms } from '../recording/pseudonyms.ts';
import { PoolError } from '../topology/pool-error.ts';
import { print, withSettings, type SettingsOptions } from './command-options.ts';
import { Interruption } from './estate-story/interruption.ts';
import { SECTIONS, type SupportBundle } from './support-bundle.ts';

interface Options extends SettingsOptions {
  readonly out: string;
  readonly pseudonyms?: boolean;
}

const KEY_BYTES = 32;
const BYTES_PER_KILOBYTE = 1_024;

export function register(program: Command): void {
  withSettings(program.command('support-bundle'))
    .description('one file for who shall help: facts, plans, status, journal, settings, versions, doctor')
    .requiredOption('--out <file>', 'where to write (JSON, gzip); must not exist')
    .option('--pseudonyms', 'replace every name, consistently, and leave sentences out')
    .action(supportBundle);
}

const isThere = (file: string, cause?: unknown): PoolError =>
  new PoolError('PCO_USAGE', `${file} is there already`, {
    cause,
    hint: 'name a new file; a bundle is never written over',
  });

async function supportBundle(options: Options): Promise<void> {
  const { out } = options;
  if (existsSync(out)) throw isThere(out);
  using interruption = new Interruption();
  const { gatherSupport } = await import('./gather-support.ts');
  const bundle = await gatherSupport({
    options,
    names: options.pseudonyms === true ? new Pseudonyms(randomBytes(KEY_BYTES)) : undefined,
    signal: interruption.signal,
    onProgress: (part) => void process.stderr.write(`pchat: ${part}\n`),
  });
  const bytes = gzipSync(JSON.stringify(bundle, null, 1));
  await writeNew(out, bytes);
  const missing = missingOf(bundle);
  const { pseudonyms } = bundle;
  print(options, { file: out, bytes: bytes.length, pseudonyms, missing }, () =>
    [
      `${out}: ${String(Math.ceil(bytes.length / BYTES_PER_KILOBYTE))} KiB, ${pseudonyms ? 'under pseudonyms' : 'with the names of the site; --pseudonyms hides them'}`,
      ...Object.entries(missing).map(([part, why]) => `  without ${part}: ${why}`),
    ].join('\n'),
  );
}

async function writeNew(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (existsSync(file)) throw isThere(file, error);
    const why = error instanceof Error ? error.message : String(error);
    throw new PoolError('PCO_USAGE', `${file} cannot be written: ${why}`, { cause: error });
  }
}

function missingOf(bundle: SupportBundle): Readonly<Record<string, string>> {
  return Object.fromEntries(
    SECTIONS.flatMap((part) => {
      const section = bundle[part];
      return 'missing' in section ? [[part, section.missing] as const] : [];
    }),
  );
}
