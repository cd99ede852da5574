/**
 * Worlds that no job comes through: a plan half done, and what a person, a fault or a kill makes of it then. There a need holds back
 * what would do harm. Nothing is asked of how they end.
 */
import { DEFAULT_ESTATE } from '../../src/simulator/estate/estate-options.ts';
import * as hand from './by-hand.ts';
import { corner, FAILED_OVER, minimal, MOVED, REBUILT, SHIPPED, unmirrored, upTo } from './corner-parts.ts';
import { CLOSED_ESTATE, type Job } from './jobs.ts';
import { LOST_COPIES } from './lost-copies.ts';

const { known } = hand;

const AT_HOME = [
  corner(
    'a log backup is gone from the copy folder, a later one is there',
    ...SHIPPED,
    ...SHIPPED,
    known('home is lost'),
    upTo('backup', 'apply-log-backups:backup'),
    hand.withoutFile('copy folder', 'oldest'),
  ),
  corner(
    'home is closed by a tail that no job ships',
    known('clients post'),
    hand.EMPTIED,
    hand.SECONDARY_DELETED,
    hand.sends(
      'home is closed by hand',
      hand.HOME,
      'ALTER DATABASE mgc SET PARTNER OFF;',
      'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;',
      "BACKUP LOG mgc TO DISK = N'D:\\Quarantine\\paris\\by-hand.trn' WITH NORECOVERY;",
    ),
  ),
  corner(
    'home is offline',
    known('clients post'),
    hand.sends(
      'home is taken offline by hand',
      hand.HOME,
      'ALTER DATABASE mgc SET PARTNER OFF;',
      'ALTER DATABASE mgc SET OFFLINE WITH ROLLBACK IMMEDIATE;',
    ),
  ),
  corner(
    'a paused secondary of a home that is rebuilt',
    upTo('backup', 'remove-mirroring:home'),
    known('home is lost'),
    known('home is rebuilt empty'),
  ),
  corner(
    'a gap in the chain while shipping is paused',
    upTo('backup', 'clear-active-servers:pool'),
    known('clients post'),
    known('LSBackup runs at home'),
    hand.withoutFile('share', 'newest'),
    known('clients post'),
    known('LSBackup runs at home'),
  ),
  corner(
    'a gap in the chain while shipping runs',
    known('clients post'),
    known('LSBackup runs at home'),
    hand.withoutFile('share', 'newest'),
    known('clients post'),
    known('LSBackup runs at home'),
    hand.SECONDARY_DELETED,
  ),
  corner(
    'a job that is enabled behind the tail',
    upTo('backup', 'tail-log-backup:home'),
    hand.enabled(hand.BACKUP, hand.COPY_JOB),
  ),
  corner(
    'a session on the home that is to be closed',
    upTo('backup', 'tail-log-backup:home'),
    hand.visited('home'),
  ),
  corner(
    'home is closed by its tail, and its log-backup job is deleted',
    upTo('backup', 'copy-log-backups:backup'),
    hand.deleted(hand.HOME, 'LSBackup_mgc'),
  ),
];

const AT_BACKUP = [
  corner(
    'the backup copy is recovered by hand beside its secondary',
    known('clients post'),
    known('home is lost'),
    hand.RECOVERED,
  ),
  corner(
    'the backup copy is recovered by hand, and closed to users',
    upTo('backup', 'remove-log-shipping:backup'),
    hand.RECOVERED,
    hand.says('it is closed', hand.BACKUP, 'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;'),
  ),
  corner(
    'home returns, and its log-backup job is deleted',
    ...FAILED_OVER,
    known('clients post'),
    known('home returns as it was'),
    hand.disabled(hand.HOME, 'LSBackup_mgc'),
    hand.deleted(hand.HOME, 'LSBackup_mgc'),
  ),
  corner(
    'a session on the copy to be backed up',
    ...REBUILT,
    upTo('home', 'full-backup:backup'),
    hand.visited('backup'),
  ),
  corner(
    'servers are listed while home is to be restored',
    ...REBUILT,
    upTo('home', 'restore-home:home'),
    hand.listed('home'),
  ),
  corner(
    'home was restored, opened to clients, and closed by hand',
    ...REBUILT,
    upTo('home', 'establish-log-shipping:home'),
    hand.setsState('Normal'),
    hand.listed('home'),
    known('clients post'),
    hand.EMPTIED,
    hand.says('it is closed', hand.HOME, 'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;'),
  ),
  corner(
    'a session on the home that is to be restored',
    ...REBUILT,
    upTo('home', 'restore-home:home'),
    hand.visited('home'),
  ),
  corner(
    'a session on the backup copy that is to be seeded',
    ...REBUILT,
    upTo('home', 'establish-log-shipping:home'),
    hand.visited('backup'),
  ),
  corner(
    'home is mirrored while it is to be restored',
    ...REBUILT,
    upTo('home', 'restore-home:home'),
    hand.mirrored('home'),
  ),
  corner(
    'the share is gone while the copy is to be backed up',
    ...REBUILT,
    upTo('home', 'full-backup:backup'),
    known('the share is lost'),
  ),
  corner(
    'backup is mirrored while it is to be seeded',
    ...REBUILT,
    upTo('home', 'establish-log-shipping:home'),
    hand.mirrored('backup'),
  ),
  {
    name: 'log backups that the daemon cannot move',
    estate: CLOSED_ESTATE,
    legs: [
      ...SHIPPED,
      known('home is lost'),
      { goal: 'backup' },
      known('home is rebuilt empty'),
      upTo('home', 'establish-log-shipping:home'),
    ],
  } satisfies Job,
];

const UNMIRRORED_CORNERS = [
  unmirrored(
    'no mirror: the backup copy is open before the pool points there',
    ...SHIPPED,
    known('home is lost'),
    upTo('backup', 'set-pool-failed-over:pool'),
    hand.EMPTIED,
  ),
  unmirrored(
    'no mirror: backup is rebuilt empty beside a fenced home',
    ...FAILED_OVER,
    known('clients post'),
    known('home returns as it was'),
    { goal: 'backup' },
    hand.EMPTIED,
    known('backup is lost'),
    known('backup is rebuilt empty'),
  ),
  unmirrored(
    'no mirror: the files of home are damaged',
    ...SHIPPED,
    known('clients post'),
    known('mgc at home loses its mirror, and then its data files'),
  ),
  unmirrored(
    'no mirror: home returns damaged beside a backup copy that ended with its own tail',
    ...FAILED_OVER,
    known('clients post'),
    known('home returns damaged'),
    hand.sends(
      'the backup copy is closed by hand',
      hand.BACKUP,
      'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;',
      "BACKUP LOG mgc TO DISK = N'D:\\Quarantine\\lyon\\by-hand.trn' WITH NORECOVERY;",
    ),
  ),
];

const MINIMAL_CORNERS = [
  minimal('the way back: the tail of backup waits', ...MOVED, upTo('home', 'tail-log-backup:backup')),
  minimal(
    'the way back: servers are listed before the tail',
    ...MOVED,
    upTo('home', 'tail-log-backup:backup'),
    hand.justListed('backup'),
  ),
  minimal(
    'the way back: a session before the tail',
    ...MOVED,
    upTo('home', 'tail-log-backup:backup'),
    hand.visited('backup'),
  ),
  minimal(
    'the way back: recovered by hand beside a secondary',
    upTo('backup', 'remove-log-shipping:backup'),
    hand.RECOVERED,
    hand.enabled(hand.BACKUP, hand.COPY_JOB),
  ),
  minimal(
    'the way back: a full backup is there',
    ...MOVED,
    upTo('home', 'tail-log-backup:backup'),
    hand.sends(
      'a full backup is taken by hand',
      hand.BACKUP,
      'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;',
      `BACKUP DATABASE mgc TO DISK = N'${DEFAULT_ESTATE.share}\\by-hand.bak' WITH CHECKSUM;`,
    ),
  ),
];

export const CORNERS: readonly Job[] = [
  ...AT_HOME,
  ...AT_BACKUP,
  ...UNMIRRORED_CORNERS,
  ...MINIMAL_CORNERS,
  ...LOST_COPIES,
];
