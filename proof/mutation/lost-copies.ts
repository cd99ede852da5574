/** Corners of a copy that is damaged, dropped or cut off in a restore, or whose principal is lost, and of what then stands beside it. */
import * as hand from './by-hand.ts';
import { corner, FAILED_OVER, unmirrored, upTo } from './corner-parts.ts';
import type { Job, JobLeg } from './jobs.ts';

const { known } = hand;

/** Home has backed itself up to the share; the backup copy is gone. */
const RE_SEEDED: readonly JobLeg[] = [hand.SECONDARY_DELETED, hand.DROPPED, hand.FULL_AT_HOME];
/** What came after the full backup is on the share too, up to the last message. */
const THEN_LOST: readonly JobLeg[] = [
  known('clients post'),
  known('LSBackup runs at home'),
  known('clients post'),
  known('home is lost'),
];
const FROM_FULL = upTo('backup', 'restore-backup-from-full:backup');

export const LOST_COPIES: readonly Job[] = [
  corner(
    'the principal at home is damaged while its mirror is suspended',
    known('clients post'),
    known('mirroring of home is suspended'),
    hand.fails(
      'its data files are damaged, found by its next start',
      `damage files ${hand.HOME} mgc`,
      `down instance ${hand.HOME}`,
      `up instance ${hand.HOME}`,
    ),
  ),
  unmirrored(
    'no mirror: mgc at home is dropped beside a backup copy that serves',
    ...FAILED_OVER,
    known('home is rebuilt empty'),
    hand.says('mgc at home is dropped by hand', hand.HOME, 'DROP DATABASE mgc;'),
  ),
  corner(
    'a mirror at home waits for its principal beside a backup copy that is open',
    known('mirroring of home is suspended'),
    known('home primary stops'),
    hand.RECOVERED,
  ),
  corner(
    'home is lost, and the backup copy was cut off in a restore',
    ...RE_SEEDED,
    hand.RESTORE_CUT,
    ...THEN_LOST,
    FROM_FULL,
  ),
  corner('home is lost, and the backup copy was dropped', ...RE_SEEDED, ...THEN_LOST, FROM_FULL),
  corner(
    'home is lost, and the backup copy was dropped with no full backup of home on the share',
    hand.SECONDARY_DELETED,
    hand.DROPPED,
    ...THEN_LOST,
    hand.SIGNS_AGED,
  ),
  unmirrored(
    'no mirror: home is lost, and a backup copy that was rebuilt empty is closed and backed up by hand',
    known('backup is lost'),
    known('backup is rebuilt empty'),
    hand.sends(
      'it is closed and backed up by hand',
      hand.BACKUP,
      'ALTER DATABASE mgc SET RESTRICTED_USER WITH ROLLBACK IMMEDIATE;',
      hand.FULL_OF_MGC,
    ),
    known('home is lost'),
  ),
  corner(
    'a user of mgc for whom no login is to be found',
    hand.says(
      'the login of a user of mgc is dropped',
      hand.HOME,
      "CREATE LOGIN app WITH PASSWORD = N'x'; USE mgc; CREATE USER app FOR LOGIN app; USE master; DROP LOGIN app;",
    ),
  ),
];
