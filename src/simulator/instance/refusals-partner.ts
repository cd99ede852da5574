/**
 * Refusals of ALTER DATABASE ... SET PARTNER and SET WITNESS. Rows: sql-server reference 3.8, 4.4. No 5069 follows: the
 * reference names it for the rows of refusals-alter.ts and records its absence after 1412.
 */
import type { RefusalRows } from './refusal-row.ts';

const START = { statement: 'SET PARTNER =', state: 'ONLINE' } as const;
const WITNESS = { statement: 'SET WITNESS =', state: 'PRINCIPAL' } as const;
const CONNECTED = 'PRINCIPAL, DISCONNECTED';
const WHICH_OF_THREE = '1431 and 1456 are candidates too';
const ONE_FILE = 'every database has one data file';
const LOGGED = 'the connection cannot break within one statement here';

// prettier-ignore
export const PARTNER_REFUSALS = {
  'partner/not-mirrored': { source: '4.4 #18, #63', state: 'not mirrored', statement: 'SET PARTNER without =', says: 1416, marks: ['M'] },
  'partner/on-mirror': { source: '4.4 #60', state: 'MIRROR', statement: 'FAILOVER, RESUME, SAFETY, TIMEOUT, SET WITNESS', says: 1470, marks: ['M', 'I'] },
  'partner/already': { ...START, source: '4.4 #62', state: 'mirrored', says: 1405, marks: ['M'] },
  'partner/remote-already': { ...START, source: '4.4 #62', says: 1410, marks: ['M'], doubt: '1460 is a candidate too' },
  'partner/bad-address': { ...START, source: '4.4 #71', says: 1449, marks: ['M'] },
  'partner/own-address': { ...START, source: '4.4 #71', says: 1452, marks: ['M'] },
  'partner/unreachable': { ...START, source: '4.4 #65', says: 1418, marks: ['M', 'rec'] },
  'partner/not-prepared': { ...START, source: '4.4 #64', says: 1416, marks: ['X', 'I'], doubt: '1419 and 1431 are candidates too' },
  'partner/broken-off': { ...START, source: '4.4 #66', says: 1413, marks: ['M'], unreached: LOGGED },
  'partner/timed-out': { ...START, source: '4.4 #66', says: 1421, marks: ['M'], unreached: LOGGED },
  'partner/closing': { ...START, source: '4.4 #66', says: 1414, marks: ['M'], unreached: LOGGED },
  'partner/behind': { ...START, source: '4.4 #67', says: 1412, marks: ['M', 'P', 'rec'] },
  'partner/not-recovered-enough': { ...START, source: '4.4 #68', says: 1408, marks: ['M'], unreached: 'which of 1408, 1409 and 1412 comes when is unknown: the estate says 1412' },
  'partner/needs-logs': { ...START, source: '4.4 #68', says: 1409, marks: ['M'], unreached: 'which of 1408, 1409 and 1412 comes when is unknown: the estate says 1412' },
  'partner/files-apart': { ...START, source: '4.4 #68', says: 1411, marks: ['M'], unreached: ONE_FILE },
  'partner/no-log-chain': { ...START, source: '4.4 #68', state: 'ONLINE, the mirror restored no log', says: 1478, marks: ['M'], unreached: 'which of 1412 and 1478 comes when is unknown: the estate says 1412' },
  'partner/bulk-logged': { ...START, source: '4.4 #68', says: 1475, marks: ['M'], unreached: 'nothing is bulk-logged here' },
  'partner/not-restoring': { ...START, source: '4.4 #69', state: 'ONLINE, the far copy is not RESTORING', says: 1464, marks: ['M'], doubt: '1419 is a candidate too' },
  'partner/unrelated': { ...START, source: '4.4 #70', says: 1407, marks: ['M'] },
  'partner/broker': { ...START, source: '4.4 #70', says: 1436, marks: ['M'], unreached: 'one family has one broker id here: nothing gives a new one' },
  'partner/no-copy': { ...START, source: '4.4 #70', says: 1448, marks: ['M'] },
  'partner/not-full': { ...START, source: '4.4 #71', state: 'ONLINE, not FULL', says: 1465, marks: ['M'] },
  'partner/read-only': { ...START, source: '4.4 #71', state: 'STANDBY', says: 1466, marks: ['M', 'I'], doubt: 'that standby counts as read-only here' },
  'partner/suspect': { ...START, source: '4.4 #71', state: 'neither ONLINE nor RESTORING', says: 1467, marks: ['M'] },
  'partner/auto-close': { ...START, source: '4.4 #71', says: 1469, marks: ['M'], unreached: 'no database of the estate closes itself' },
  'partner/single-user': { ...START, source: '4.4 #71', state: 'SINGLE_USER', says: 1488, marks: ['M'] },
  'partner/offline-files': { ...START, source: '4.4 #71', says: 5003, marks: ['M'], unreached: ONE_FILE },
  'partner/edition': { ...START, source: '4.4 #71', says: 1463, marks: ['M'], unreached: 'every edition of the estate has mirroring' },
  'partner/busy': { source: '4.4 #76', state: 'MIRROR, busy', statement: 'SET PARTNER', says: 1404, marks: ['M'] },

  'failover/safety-off': { source: '4.4 #57', state: 'PRINCIPAL, safety OFF', statement: 'FAILOVER', says: 1477, marks: ['M'] },
  'failover/not-caught-up': { source: '4.4 #58', state: 'PRINCIPAL, SYNCHRONIZING or SUSPENDED', statement: 'FAILOVER', says: 1422, marks: ['M', 'I'] },
  'partner/disconnected': { source: '4.4 #59', state: CONNECTED, statement: 'FAILOVER, SAFETY, RESUME, SUSPEND', says: 1447, marks: ['M', 'I'], doubt: WHICH_OF_THREE },
  'partner/not-sent': { source: '4.4 #59', state: CONNECTED, statement: 'FAILOVER, SAFETY, RESUME', says: 1456, marks: ['M', 'I'], unreached: 'which of the three numbers comes when is unknown: the estate says 1447' },
  'resume/failed-redo': { source: '4.4 #61', state: 'PRINCIPAL, SUSPENDED by failed redo', statement: 'RESUME', says: 1462, marks: ['M'] },
  'safety/edition': { source: '3.8', state: 'PRINCIPAL, not Enterprise', statement: 'SAFETY OFF', says: 1473, marks: ['M'] },
  'timeout/too-long': { source: '3.8', state: 'PRINCIPAL', statement: 'TIMEOUT 40000', says: 1476, marks: ['M'] },
  'force/connected': { source: '4.4 #74', state: 'MIRROR, connected', statement: 'FORCE_SERVICE_ALLOW_DATA_LOSS', says: 1455, marks: ['M', 'I'] },
  'force/witness-gone': { source: '3.8', state: 'MIRROR, DISCONNECTED, witness out of reach', statement: 'FORCE_SERVICE_ALLOW_DATA_LOSS', says: 1431, marks: ['I'], doubt: 'the number' },
  'force/mid-undo': { source: '4.4 #75', state: 'MIRROR, its undo was interrupted', statement: 'FORCE_SERVICE_ALLOW_DATA_LOSS', says: 1406, marks: ['M'] },
  'force/inconsistent': { source: '4.4 #75', state: 'MIRROR, inconsistent', statement: 'FORCE_SERVICE_ALLOW_DATA_LOSS', says: 1457, marks: ['M'], unreached: 'what tells it from 1406 is unknown: the estate says 1406' },

  'witness/not-connected': { ...WITNESS, source: '4.4 #72', says: 1426, marks: ['M'] },
  'witness/cannot-act': { ...WITNESS, source: '4.4 #72', says: 1427, marks: ['M'], unreached: 'every instance that answers can be a witness here' },
  'witness/is-partner': { ...WITNESS, source: '4.4 #72', says: 1429, marks: ['M'] },
  'witness/broken-off': { ...WITNESS, source: '4.4 #72', says: 1433, marks: ['M'], unreached: LOGGED },
  'witness/none': { ...WITNESS, source: '4.4 #72', statement: 'SET WITNESS OFF', says: 1439, marks: ['M'] },
  'witness/alone': { ...WITNESS, source: '7.3', state: 'PRINCIPAL that reaches nobody', statement: 'SET WITNESS OFF', says: 1431, marks: ['D'] },
} as const satisfies RefusalRows;
