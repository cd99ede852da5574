/** What the rows of the refusal table do to backup and undo files. */
import { decodeBackup, encodeBackupSet } from '../../src/simulator/backup-file.ts';
import type { FileChange } from './state-steps.ts';

const CUT_BYTES = 20;
const DAMAGE_AT = 60;
const VERSIONS = { older: '11.0.7001.0', newer: '16.0.4000.1' } as const;

/** What a file of the estate is after the change; undefined: there is none any more. */
export function changedFile(change: FileChange, bytes: Uint8Array): Uint8Array | undefined {
  switch (change) {
    case 'delete':
      return undefined;
    case 'empty':
      return new Uint8Array();
    case 'foreign':
      return Buffer.from('this is not a backup');
    case 'cut':
      return bytes.slice(0, bytes.length - CUT_BYTES);
    case 'damage':
      return Uint8Array.from(bytes, (byte, index) => (index === bytes.length - DAMAGE_AT ? byte ^ 1 : byte));
    case 'older':
    case 'newer': {
      const decoded = decodeBackup(bytes);
      const set = decoded.kind === 'sets' ? decoded.sets[0] : undefined;
      if (set === undefined) throw new Error('not a backup');
      return encodeBackupSet({ ...set.header, softwareVersion: VERSIONS[change] }, set.body);
    }
  }
}
