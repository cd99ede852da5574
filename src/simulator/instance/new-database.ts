/** A database in its first state: what CREATE DATABASE, Topology Builder and a RESTORE into an absent name begin with. */
import { noChunks } from './chunks.ts';
import { noContent, SA_SID } from './content.ts';
import { nextGuid } from './deterministic-guid.ts';
import type { DatabaseDraft, InstanceDraft } from './instance-state.ts';
import { firstLsn } from './log-position.ts';

const DEFAULT_DATA_BYTES = 64 * 1024 * 1024;
const FIRST_VLF = 34;

/** Not yet part of the instance; ONLINE, empty, of a family of its own, never backed up. */
export function emptyDatabase(instance: InstanceDraft, name: string, nowMs: number): DatabaseDraft {
  const id = instance.next.databaseId;
  instance.next.databaseId += 1;
  const start = firstLsn(FIRST_VLF);
  return {
    name,
    id,
    system: false,
    owner: null,
    ownerSid: SA_SID,
    trustworthy: false,
    createdAtMs: nowMs,
    familyGuid: nextGuid(instance),
    databaseGuid: nextGuid(instance),
    brokerGuid: nextGuid(instance),
    recoveryModel: 'FULL',
    access: 'MULTI_USER',
    singleUser: null,
    state: 'ONLINE',
    inStandby: false,
    undoFile: null,
    recoveredAtMs: null,
    position: start,
    redoTarget: null,
    forks: [{ fork: nextGuid(instance), startLsn: '0' }],
    rolledForward: false,
    lastLogBackupLsn: null,
    beginsChain: true,
    lastFullBackupLsn: null,
    exclusive: null,
    files: 'whole',
    mirroring: null,
    content: noContent(nextGuid(instance)),
    log: noChunks,
    dataBytes: DEFAULT_DATA_BYTES,
    dataFile: `${instance.dataFolder}\\${name}.mdf`,
    logFile: `${instance.logFolder}\\${name}_log.ldf`,
  };
}
