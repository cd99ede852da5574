/** Refusals of opening, reading, writing, dropping and logging in. Rows: sql-server reference 4.4. */
import type { RefusalRows } from './refusal-row.ts';

const DOMAIN = 'Windows credentials are judged on the wire, before the instance hears of them: simulator/tds';
const START = 'instances of the estate start without an upgrade and never for administrators only';

// prettier-ignore
export const OPEN_REFUSALS = {
  'use/absent': { source: '4.4 #32', state: 'absent', statement: 'USE', says: 911, marks: ['M', 'X'], doubt: 'the row speaks of BACKUP' },
  'use/restoring': { source: '4.4 #14', state: 'RESTORING', statement: 'USE, SELECT', says: 927, marks: ['M', 'P', 'rec'] },
  'use/mirror': { source: '4.4 #77', state: 'MIRROR', statement: 'USE, SELECT', says: 954, marks: ['M'] },
  'use/no-quorum': { source: '4.4 #81', state: 'PRINCIPAL without quorum', statement: 'USE', says: 955, marks: ['M', 'rec'] },
  'use/not-synchronized': { source: '4.4 #82', state: 'partner that was just restarted', statement: 'USE', says: 956, marks: ['M'] },
  'use/in-transition': { source: '4.4 #46', state: 'a RESTORE or tail owns it', statement: 'USE', says: 952, marks: ['M', 'I'] },
  'use/recovering': { source: '4.4 #50', state: 'RECOVERING', statement: 'USE', says: 922, marks: ['M', 'rec'] },
  'use/not-yet-recovered': { source: '4.4 #50', state: 'RECOVERING', statement: 'USE', says: 921, marks: ['M', 'rec'], unreached: 'which of 922 and 921 comes when is unknown: the estate says 922' },
  'use/recovery-pending': { source: '4.4 #48', state: 'RECOVERY_PENDING', statement: 'USE', says: 945, marks: ['M', 'P', 'rec'] },
  'use/suspect': { source: '4.4 #49', state: 'SUSPECT', statement: 'USE', says: 926, marks: ['M', 'rec'] },
  'use/offline': { source: '4.4 #47', state: 'OFFLINE', statement: 'USE', says: 942, marks: ['M', 'rec'] },
  'use/single-user': { source: '4.4 #42', state: 'SINGLE_USER, held by another', statement: 'USE', says: 924, marks: ['M', 'P', 'rec'] },
  'use/restricted': { source: '4.4 #44', state: 'RESTRICTED_USER', statement: 'USE as an ordinary user', says: 923, marks: ['M'] },
  'use/no-user': { source: '4.4 #98', state: 'ONLINE', statement: 'USE without a user there', says: 916, marks: ['M'] },

  'login/rejected': { source: '4.4 #94', state: 'server', statement: 'login', says: 18_456, marks: ['M', 'P'] },
  'login/database': { source: '4.4 #15', state: 'RESTORING', statement: 'login with it as initial catalog', says: 4060, then: 18_456, marks: ['M', 'X'], doubt: 'the order of the two' },
  'login/disabled': { source: '4.4 #97', state: 'account', statement: 'login', says: 18_470, marks: ['M'] },
  'login/locked': { source: '4.4 #97', state: 'account', statement: 'login', says: 18_486, marks: ['M'] },
  'login/expired': { source: '4.4 #97', state: 'account', statement: 'login', says: 18_487, marks: ['M'] },
  'login/must-change': { source: '4.4 #97', state: 'account', statement: 'login', says: 18_488, marks: ['M'] },
  'login/untrusted': { source: '4.4 #97', state: 'account', statement: 'login', says: 18_452, marks: ['M'], unreached: DOMAIN },
  'login/upgrade': { source: '4.4 #95', state: 'server in script upgrade', statement: 'login', says: 18_401, marks: ['M', 'rec'], unreached: START },
  'login/single-user': { source: '4.4 #96', state: 'server in single-user mode', statement: 'login', says: 18_461, marks: ['M'], unreached: START },
  'login/administrators': { source: '4.4 #96', state: 'server for administrators', statement: 'login', says: 18_451, marks: ['M'], unreached: START },

  'read/deadlock': { source: '-', state: 'a fault of the estate', statement: 'SELECT from a view or msdb', says: 1205, marks: ['X'], doubt: 'the state' },
  'read/lock-time-out': { source: '-', state: 'a fault of the estate', statement: 'SELECT from a view or msdb', says: 1222, marks: ['X'], doubt: 'the state' },
  'write/standby': { source: '4.4 #24', state: 'STANDBY', statement: 'INSERT', says: 3906, marks: ['M'] },

  'drop/absent': { source: '-', state: 'absent', statement: 'DROP DATABASE', says: 3701, marks: ['X'], doubt: 'the reference has no row; the number is the well-known one' },
  'drop/mirrored': { source: '4.4 #54', state: 'PRINCIPAL, MIRROR', statement: 'DROP DATABASE', says: 3743, marks: ['M'] },
  'drop/in-use': { source: '4.4 #83', state: 'any', statement: 'DROP DATABASE', says: 3702, marks: ['M', 'X'] },
  'rename/mirrored': { source: '4.4 #55', state: 'PRINCIPAL', statement: 'ALTER DATABASE MODIFY NAME', says: 957, marks: ['M'], unreached: 'nobody renames a database here: the product has no such statement' },

  'kill/own': { source: '4.4 #84', state: '-', statement: 'KILL of the own session', says: 6104, marks: ['M'] },
  'kill/unused': { source: '4.4 #85', state: '-', statement: 'KILL of a number nobody has', says: 6106, marks: ['M', 'rec'] },
  'kill/system': { source: '4.4 #86', state: '-', statement: 'KILL of a system session', says: 6107, marks: ['M'] },
  'kill/out-of-range': { source: '4.4 #87', state: '-', statement: 'KILL 99999', says: 6101, marks: ['M'] },
  'kill/no-right': { source: '4.4 #87', state: '-', statement: 'KILL as an ordinary login', says: 6102, marks: ['M', 'rec'] },
  'kill/in-transaction': { source: '4.4 #87', state: 'in a transaction', statement: 'KILL', says: 6115, marks: ['M'] },
  'kill/nothing-rolls-back': { source: '4.4 #88', state: '-', statement: 'KILL n WITH STATUSONLY', says: 6120, marks: ['M', 'D'] },
} as const satisfies RefusalRows;
