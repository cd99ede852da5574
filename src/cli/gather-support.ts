/** Gathers the parts of a support bundle: with a daemon or without, each part by itself, and what cannot be had says why. Changes nothing. */
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { hostClock } from '../daemon/host/host-clock.ts';
import { readJournalHistory } from '../daemon/journal.ts';
import { readSecret } from '../daemon/read-secret.ts';
import { journalPath } from '../daemon/rotate-journal.ts';
import type { Settings } from '../desired-state/parse-settings.ts';
import type { SecretReference } from '../desired-state/settings-parts.ts';
import { pseudonymised } from '../recording/pseudonymise.ts';
import type { Pseudonyms } from '../recording/pseudonyms.ts';
import { RecordingWriter } from '../recording/write-recording.ts';
import { PoolError, toPoolError } from '../topology/pool-error.ts';
import { examine } from './command-doctor.ts';
import { loadSettings, type SettingsOptions } from './command-options.ts';
import { requireDaemon } from './daemon-client.ts';
import { openLooker } from './look-once.ts';
import { packageVersion } from './package-version.ts';
import { DesiredFollower } from './pools-in-force.ts';
import {
  bounded,
  digest,
  newestRecords,
  secretReferences,
  shownSettings,
  withoutSecrets,
  type Section,
  type SupportBundle,
} from './support-bundle.ts';

export interface SupportWork {
  readonly options: SettingsOptions;
  /** undefined: names stay. */
  readonly names: Pseudonyms | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (part: string) => void;
}

/** Throws PCO_SETTINGS_INVALID or PCO_USAGE where the settings cannot be used: they lead to everything else. */
export async function gatherSupport({
  options,
  names,
  signal,
  onProgress,
}: SupportWork): Promise<SupportBundle> {
  const settings = await loadSettings(options);
  const document: unknown = parse(readFileSync(options.settings, 'utf8'));
  const secrets = secretsOf(document, options.settings, settings);
  const section = async (part: string, make: () => unknown): Promise<Section> => {
    onProgress(part);
    const made = await sectionOf(make, names !== undefined);
    signal.throwIfAborted();
    return bounded(withoutSecrets(made, secrets) as Section);
  };
  const shown = (value: unknown): unknown => (names === undefined ? value : digest(value, names));
  const { directory } = settings.journal;
  return {
    kind: 'pchat-support-bundle',
    v: 1,
    at: new Date(hostClock.now()).toISOString(),
    pseudonyms: names !== undefined,
    versions: versions(),
    settings: await section('settings', () => {
      const plain = withoutSecrets(shownSettings(document), secrets);
      return names === undefined ? plain : pseudonymised(plain, names);
    }),
    status: await section('status', async () => shown(await (await requireDaemon(directory)).status())),
    why: await section('why', () => whyOf(directory, names)),
    journal: await section('journal', async () => shown(newestRecords(await journalOf(directory)))),
    ...(await lookedAt(settings, names, signal, section)),
    doctor: await section('doctor', async () => shown(await examine(options, undefined))),
  };
}

async function sectionOf(make: () => unknown, hidden: boolean): Promise<Section> {
  try {
    return { value: await make() };
  } catch (error) {
    const { code, message } = toPoolError(error);
    return { missing: hidden ? code : `${code}: ${message}` };
  }
}

const versions = (): Readonly<Record<string, string>> => ({
  pchat: packageVersion(),
  node: process.versions.node,
  openssl: process.versions.openssl,
  platform: process.platform,
  architecture: process.arch,
  system: os.release(),
});

async function whyOf(directory: string, names: Pseudonyms | undefined): Promise<unknown> {
  if (names !== undefined) throw new PoolError('PCO_USAGE', 'these are sentences, and names are hidden');
  const daemon = await requireDaemon(directory);
  const { pools } = await daemon.status();
  return Promise.all(pools.map(({ pool }) => daemon.why(pool)));
}

async function journalOf(directory: string): Promise<readonly unknown[]> {
  if (existsSync(journalPath(directory))) return readJournalHistory(directory);
  throw new PoolError('PCO_USAGE', `there is no journal in ${directory}`);
}

type MakeSection = (part: string, make: () => unknown) => Promise<Section>;

/** A look of its own, as lines of a recording: facts and what is decided on them; `pchat replay` reads them. */
async function lookedAt(
  settings: Settings,
  names: Pseudonyms | undefined,
  signal: AbortSignal,
  section: MakeSection,
): Promise<Pick<SupportBundle, 'desiredState' | 'recording'>> {
  const watching = new AbortController();
  const until = AbortSignal.any([signal, watching.signal]);
  try {
    const desired = DesiredFollower.start(settings, until);
    const desiredState = await section('desired state', async () => {
      const { findings } = await desired;
      return { refused: names === undefined ? findings : findings.length };
    });
    const recording = await section('a look', async () => record(settings, await desired, names, until));
    return { desiredState, recording };
  } finally {
    watching.abort();
  }
}

async function record(
  settings: Settings,
  desired: DesiredFollower,
  names: Pseudonyms | undefined,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const inForce = await desired.pools();
  const writer = new RecordingWriter(packageVersion(), names);
  const header = writer.header(hostClock.now());
  const looker = openLooker(settings);
  try {
    const looks = await looker.look(
      inForce.map(({ pool }) => pool),
      signal,
    );
    const rounds = looks.map((look, at) =>
      writer.round({ ...look, decisions: inForce[at]?.decisions ?? [] }),
    );
    const text = [header, ...rounds.map((round) => round.text)].join('');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
  } finally {
    await looker.close();
  }
}

/** Values that must not be in the bundle; one that cannot be read is in nothing that was read either. */
function secretsOf(document: unknown, settingsFile: string, settings: Settings): readonly string[] {
  const base = path.dirname(path.resolve(settingsFile));
  const references = secretReferences(document).map((one): SecretReference =>
    typeof one['file'] === 'string' ? { file: path.resolve(base, one['file']) } : { env: String(one['env']) },
  );
  const token = { file: path.join(settings.journal.directory, 'control-token') };
  return [...references, token].flatMap((reference) => {
    try {
      return [readSecret(reference).trim()];
    } catch {
      // Not there, or not for this account: doctor says so.
      return [];
    }
  });
}
