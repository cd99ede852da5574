/**
 * Refusals of CREATE LOGIN, CREATE USER, roles and GRANT. The sql-server reference has no rows for them: numbers and texts are
 * those of the published message list, and which of them a statement gets is inferred from its page.
 */
import type { RefusalRows } from './refusal-row.ts';

const SAID = { source: '-', marks: ['M', 'I'] } as const;
const HIDDEN = 'absent and not permitted are one answer';

// prettier-ignore
export const SECURITY_REFUSALS = {
  'create-login/no-right': { ...SAID, state: '-', statement: 'CREATE LOGIN without ALTER ANY LOGIN', says: 15_247 },
  'create-login/exists': { ...SAID, state: 'there already', statement: 'CREATE LOGIN', says: 15_025 },
  'drop-login/absent': { ...SAID, state: 'absent, or no right', statement: 'DROP LOGIN', says: 15_151, doubt: HIDDEN },
  'server-role/absent': { ...SAID, state: 'absent, or no member of it', statement: 'ALTER SERVER ROLE', says: 15_151, doubt: HIDDEN },
  'server-role/no-login': { ...SAID, state: '-', statement: 'ALTER SERVER ROLE ADD MEMBER of no login', says: 15_151 },
  'grant/not-in-master': { ...SAID, state: 'another current database', statement: 'GRANT on the server', says: 4621 },
  'grant/no-login': { ...SAID, state: '-', statement: 'GRANT on the server to no login', says: 15_151 },
  'grant/no-right': { ...SAID, state: '-', statement: 'GRANT on the server without CONTROL SERVER', says: 15_247 },
  'grant/no-user': { ...SAID, state: '-', statement: 'GRANT in a database to no user', says: 15_151 },
  'principals/no-right': { ...SAID, state: 'ONLINE', statement: 'CREATE USER, ALTER ROLE, GRANT without a role for it', says: 15_247 },
  'create-user/no-login': { ...SAID, state: '-', statement: 'CREATE USER for no login', says: 15_151 },
  'create-user/exists': { ...SAID, state: 'there already', statement: 'CREATE USER', says: 15_023 },
  'alter-user/absent': { ...SAID, state: 'absent', statement: 'ALTER USER', says: 15_151 },
  'own-database/absent': { ...SAID, state: 'absent, or no right', statement: 'ALTER AUTHORIZATION ON DATABASE', says: 15_151, doubt: HIDDEN },
  'own-database/no-login': { ...SAID, state: '-', statement: 'ALTER AUTHORIZATION ON DATABASE to no login', says: 15_151 },
  'own-database/user': { ...SAID, state: 'ONLINE', statement: 'ALTER AUTHORIZATION ON DATABASE to one who is a user in it', says: 15_110 },
  'drop-user/absent': { ...SAID, state: 'absent', statement: 'DROP USER', says: 15_151 },
  'role/absent': { ...SAID, state: 'absent', statement: 'ALTER ROLE', says: 15_151, doubt: HIDDEN },
  'role/no-user': { ...SAID, state: '-', statement: 'ALTER ROLE ADD MEMBER of no user', says: 15_151 },
} as const satisfies RefusalRows;
