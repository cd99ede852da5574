/** The script that gives one login its rights on one instance: one batch, may run again, no GO. Pure. */
import type { SqlStatement } from '../ports/sql-connection.ts';
import {
  addToDatabaseRole,
  addToServerRole,
  grantOnServer,
  requireLogin,
} from '../statements/grant-rights.ts';
import type { RequiredRight } from './required-rights.ts';

/** The statements that give one right. */
export const grantsOf = ({ right, databases }: RequiredRight, login: string): readonly SqlStatement[] => {
  switch (right.kind) {
    case 'server-role':
      return [addToServerRole(right.role, login)];
    case 'server-permission':
      return [grantOnServer(right.permission, login)];
    case 'database-role':
      return databases.map((database) => addToDatabaseRole(database, right.role, login));
  }
};

/** A comment cannot end early: names of the product's own tables only. */
const why = ({ name, right, rows }: RequiredRight): string =>
  [
    `-- ${name}`,
    ...rows
      .filter(({ purpose }) => right.kind !== 'server-role' || purpose === 'act')
      .map(({ statements, without }) => `--   ${statements.join(', ')}\n--     without it: ${without}`),
  ].join('\n');

export const grantScript = (login: string, rights: readonly RequiredRight[]): string =>
  [
    requireLogin(login).text,
    ...rights.flatMap((right) => [why(right), ...grantsOf(right, login).map(({ text }) => text)]),
  ].join('\n');
