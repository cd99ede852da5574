/** Refusals of ALTER DATABASE ... SET access, state and recovery, and of ALTER ENDPOINT. Rows: sql-server reference 3.6, 4.4. */
import type { RefusalRows } from './refusal-row.ts';

const ALTER = { statement: 'ALTER DATABASE SET', then: 5069 } as const;

// prettier-ignore
export const ALTER_REFUSALS = {
  'alter/absent': { ...ALTER, source: '4.4 #99, #100', state: 'absent, or not the login\'s', says: 5011, marks: ['M', 'rec'], doubt: '5002 is a candidate for an absent one' },
  'alter/restoring': { ...ALTER, source: '4.4 #17', state: 'RESTORING, RECOVERING', says: 5052, marks: ['M', 'X'] },
  'alter/standby': { ...ALTER, source: '4.4 #25', state: 'STANDBY', statement: 'SET RECOVERY, READ_WRITE', says: 5063, marks: ['M'] },
  'alter/single-user': { ...ALTER, source: '4.4 #43', state: 'SINGLE_USER, held by another', says: 5064, marks: ['M', 'P'] },
  'alter/in-use': { ...ALTER, source: '4.4 #45', state: 'ONLINE, in use', statement: 'SET ... WITH NO_WAIT', says: 5070, marks: ['M'] },
  'alter/locked': { ...ALTER, source: '4.4 #46', state: 'a RESTORE or tail owns it', says: 5061, marks: ['M'] },
  'alter/mirrored': { ...ALTER, source: '4.4 #53', state: 'PRINCIPAL', statement: 'SET OFFLINE, SINGLE_USER, READ_ONLY', says: 1468, marks: ['P', 'I'], doubt: 'seen for RECOVERY SIMPLE, EMERGENCY and DISABLE_BROKER only' },
  'alter/mirrored-recovery': { ...ALTER, source: '4.4 #53', state: 'PRINCIPAL', statement: 'SET RECOVERY SIMPLE', says: 1468, messageState: 2, marks: ['P'] },
  'alter/offline': { ...ALTER, source: '4.4 #47', state: 'OFFLINE', statement: 'SET RECOVERY', says: 942, marks: ['M', 'I'], doubt: 'the reference has the number for USE and BACKUP' },
  'endpoint/absent': { source: '3.9', state: '-', statement: 'ALTER ENDPOINT', says: 7844, marks: ['X'], doubt: 'number and text' },
} as const satisfies RefusalRows;
