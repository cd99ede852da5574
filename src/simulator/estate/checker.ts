/**
 * The judge: for every message that a client saw acknowledged, which copies and which backup files hold it, and whether the
 * copy that serves now has it. Pure; reads the state and the folders, never what the daemon says.
 */
import { decodeBackup } from '../backup-file.ts';
import type { AcknowledgedMessage } from '../chat/chat-state.ts';
import type { EstateFiles } from '../estate-contract.ts';
import { countOf, parts, toArray, type Chunks } from '../instance/chunks.ts';
import type { Message } from '../instance/content.ts';
import { ESTATE_SITES, type EstateSite } from './estate-options.ts';
import type { EstateState } from './estate-state.ts';
import { withSubfolders } from './links.ts';

export interface MessageWhereabouts {
  readonly message: AcknowledgedMessage;
  /** Instances whose copy of the chat database holds it, whatever its state. */
  readonly copies: readonly string[];
  /** Backup files (Windows paths) that hold it, readable now or not. */
  readonly files: readonly string[];
  /** kept: the serving copy has it. elsewhere: only other copies or files. gone: nothing has it. */
  readonly verdict: 'kept' | 'elsewhere' | 'gone';
}

export interface EstateAccount {
  readonly acknowledged: number;
  readonly kept: number;
  /** Not in the serving copy; whether it was named at risk beforehand, the journal knows. */
  readonly lost: readonly MessageWhereabouts[];
  /** Instance whose copy serves: named by the pool state, ONLINE, MULTI_USER. undefined: nobody serves. */
  readonly serving: string | undefined;
  readonly writableAtTwoSitesMs: number;
  readonly counts: Readonly<Record<string, number>>;
}

export const keyOf = (message: { readonly channelId: string; readonly chatId: string }): string =>
  `${message.channelId}/${message.chatId}`;

function keysIn(messages: Chunks<Message>): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const part of parts(messages)) for (const message of part) keys.add(keyOf(message));
  return keys;
}

/** The copy of a site that lets plain users in, if one does. */
export function servingCopy(state: EstateState, site: EstateSite): string | undefined {
  const { primary, mirror } = state.options.sites[site];
  return [primary.name, mirror?.name].find((name) => {
    const instance = name === undefined ? undefined : state.instances[name];
    const database = instance?.databases[state.options.chatDatabase.toLowerCase()];
    return (
      instance?.status === 'running' &&
      database?.state === 'ONLINE' &&
      !database.inStandby &&
      database.access === 'MULTI_USER' &&
      database.mirroring?.withoutQuorum !== true
    );
  });
}

/** Bytes of a file are never changed in place, so what is in them is read once. */
const readFiles = new WeakMap<Uint8Array, ReadonlySet<string>>();

function keysOfFile(bytes: Uint8Array): ReadonlySet<string> {
  const known = readFiles.get(bytes) ?? readKeys(bytes);
  readFiles.set(bytes, known);
  return known;
}

function readKeys(bytes: Uint8Array): ReadonlySet<string> {
  const decoded = decodeBackup(bytes);
  const keys = new Set<string>();
  if (decoded.kind !== 'sets') return keys;
  for (const { body } of decoded.sets) {
    if (body.kind === 'full') for (const message of toArray(body.content.messages)) keys.add(keyOf(message));
    for (const { change } of body.log) if (change.kind === 'message') keys.add(keyOf(change.message));
  }
  return keys;
}

export function foldersOf(state: Pick<EstateState, 'options'>): readonly string[] {
  const { share, mirroringShare, copyFolder, sites } = state.options;
  return [
    ...new Set([
      share,
      mirroringShare,
      copyFolder,
      ...ESTATE_SITES.flatMap((site) => [sites[site].quarantineFolder, sites[site].mirroringShare ?? share]),
    ]),
  ];
}

function backupFiles(
  state: EstateState,
  files: EstateFiles,
): readonly (readonly [string, ReadonlySet<string>])[] {
  return foldersOf(state)
    .flatMap(withSubfolders)
    .flatMap((folder) => {
      const listing = files.list(folder);
      if ('osError' in listing) return [];
      return listing.flatMap(({ name }) => {
        const path = `${folder}\\${name}`;
        const bytes = files.read(path);
        return bytes instanceof Uint8Array ? [[path, keysOfFile(bytes)] as const] : [];
      });
    });
}

/** `files`: the folders as they really are, whoever can reach them. */
export function accountFor(state: EstateState, files: EstateFiles): EstateAccount {
  const serving = servingCopy(state, state.cms.poolState === 'Normal' ? 'home' : 'backup');
  const lost = missingIn(state, files, serving);
  const acknowledged = countOf(state.chat.acknowledged);
  return {
    acknowledged,
    kept: acknowledged - lost.length,
    lost,
    serving,
    writableAtTwoSitesMs: state.writable.totalMs,
    counts: state.counts,
  };
}

/** What was acknowledged and is not in this instance's copy, and where else it is. `undefined`: in no copy at all. */
export function missingIn(
  state: EstateState,
  files: EstateFiles,
  instance: string | undefined,
): readonly MessageWhereabouts[] {
  const database = state.options.chatDatabase.toLowerCase();
  const copies = Object.values(state.instances).flatMap(({ name, databases }) => {
    const copy = databases[database];
    return copy === undefined ? [] : [[name, keysIn(copy.content.messages)] as const];
  });
  const held = copies.find(([name]) => name === instance)?.[1] ?? new Set<string>();
  const missing = toArray(state.chat.acknowledged).filter((message) => !held.has(keyOf(message)));
  const stored = missing.length === 0 ? [] : backupFiles(state, files);
  return missing.map((message): MessageWhereabouts => {
    const key = keyOf(message);
    const holders = copies.filter(([, keys]) => keys.has(key)).map(([name]) => name);
    const paths = stored.filter(([, keys]) => keys.has(key)).map(([path]) => path);
    return {
      message,
      copies: holders,
      files: paths,
      verdict: holders.length + paths.length > 0 ? 'elsewhere' : 'gone',
    };
  });
}
