/**
 * Where the daemon is killed on the wire: the journal's line that says that it is about to happen, and what the estate shows while it
 * happens. The kill is sent in the turn in which the estate shows it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseDraft } from '../../src/simulator/instance/instance-state.ts';
import type { EstateOverrides } from '../../src/simulator/estate/estate-options.ts';
import type { WireEstate } from '../../src/simulator/wire/wire-estate.ts';

export interface KillPoint {
  readonly name: string;
  readonly action: string;
  /** Beginning of the effect's text; undefined: the intent itself. */
  readonly effect: string | undefined;
  /** Makes the instant long enough to be met: before the transition begins, and once the journal has announced it. */
  readonly prepare?: (scene: KillScene) => void;
  readonly announced?: (scene: KillScene) => Promise<void>;
  /** Seen in the estate itself, not in what the daemon says. */
  readonly inside: (scene: KillScene) => boolean;
  /** What the death leaves behind, and the end of what was arranged. */
  readonly aftermath?: (scene: KillScene) => Promise<void> | void;
}

export interface KillScene {
  readonly estate: WireEstate;
  /** The log backups that only the share has when home is lost, in their order. */
  readonly uncopied: readonly string[];
}

/** Log backups by the minute, and no job of backup that takes them before a slow machine has looked. */
export const RARELY_COPIED: EstateOverrides = {
  backupEveryMinutes: 1,
  copyEveryMinutes: 120,
  restoreEveryMinutes: 120,
};

const HOME = 'sql-par-1.contoso.com';
const HOME_MIRROR = 'sql-par-2.contoso.com';
const BACKUP = 'sql-lyo-1.contoso.com';
/** Estate ms; half a second on the wall at 60 estate seconds per second. */
const SLOW_MS = 30_000;

const runs =
  (instance: string, command: string) =>
  ({ estate }: KillScene): boolean =>
    Object.values(estate.state().instances[instance]?.operations ?? {}).some(
      (operation) => operation.command === command,
    );

const mirroring = (estate: WireEstate, instance: string): Pick<DatabaseDraft, 'mirroring'>['mirroring'] =>
  (estate.state().instances[instance]?.databases['mgc'] as DatabaseDraft | undefined)?.mirroring ?? null;

/** Log backups that nobody has copied; their names sort by the instant they were taken. */
export function onlyOnShare(estate: WireEstate): readonly string[] {
  const { share, copyFolder } = estate.state().options;
  const [onShare = [], copied = []] = [share, copyFolder].map((folder) =>
    readdirSync(estate.folders.get(folder) ?? '').filter((name) => name.endsWith('.trn')),
  );
  return onShare.filter((name) => !copied.includes(name)).sort();
}

const inCopyFolder = (estate: WireEstate, name: string): string =>
  path.join(estate.folders.get(estate.state().options.copyFolder) ?? '', name);

/** The file between two others: its unfinished copy is a pipe that nobody reads, so that writing it never ends. */
const stuck = (uncopied: readonly string[]): string => `${uncopied[1] ?? ''}.wrk`;

/** In the order in which they are met. */
export const FAILOVER_KILLS: readonly KillPoint[] = [
  {
    name: 'in the middle of the copying',
    action: 'copy-log-backups',
    effect: 'copy ',
    prepare: ({ estate, uncopied }) => void execFileSync('mkfifo', [inCopyFolder(estate, stuck(uncopied))]),
    inside: ({ estate, uncopied }) => {
      const [before = '', half = '', after = ''] = uncopied.map((name) => inCopyFolder(estate, name));
      return existsSync(before) && !existsSync(half) && existsSync(after);
    },
    aftermath: ({ estate, uncopied }) => {
      const unfinished = inCopyFolder(estate, stuck(uncopied));
      const whole = readFileSync(
        path.join(estate.folders.get(estate.state().options.share) ?? '', uncopied[1] ?? ''),
      );
      rmSync(unfinished);
      writeFileSync(unfinished, whole.subarray(0, whole.length / 2));
    },
  },
  {
    name: 'inside a RESTORE LOG',
    action: 'apply-log-backups',
    effect: 'RESTORE LOG [mgc]',
    inside: runs(BACKUP, 'RESTORE LOG'),
  },
  {
    name: 'right after the intent of recover-backup',
    action: 'recover-backup',
    effect: undefined,
    inside: ({ estate }) => estate.state().instances[BACKUP]?.databases['mgc']?.state === 'RESTORING',
  },
];

export const FAILBACK_KILLS: readonly KillPoint[] = [
  {
    name: 'in the full BACKUP',
    action: 'full-backup',
    effect: 'BACKUP DATABASE [mgc]',
    inside: runs(BACKUP, 'BACKUP DATABASE'),
  },
  {
    name: 'in the RESTORE of home',
    action: 'restore-home',
    effect: 'RESTORE DATABASE [mgc]',
    inside: runs(HOME, 'RESTORE DATABASE'),
  },
  {
    name: 'between the two SET PARTNER of mirror-home',
    action: 'mirror-home',
    effect: 'RESTORE LOG [mgc]',
    // The mirror takes its SET PARTNER at once and answers late: meanwhile the principal knows nothing of it.
    announced: ({ estate }) => estate.fault(`slow instance sql-par-2 ${String(SLOW_MS)}`),
    inside: ({ estate }) => mirroring(estate, HOME_MIRROR) !== null && mirroring(estate, HOME) === null,
    aftermath: ({ estate }) => estate.fault('slow instance sql-par-2 0'),
  },
];
