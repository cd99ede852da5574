/** CREATE LOGIN, CREATE USER, role membership, GRANT, DENY and REVOKE: what the parser reads and the host carries out. */

export type SecurityCommand =
  | {
      readonly kind: 'create-login';
      readonly name: string;
      /** undefined: FROM WINDOWS. */
      readonly password: string | undefined;
      /** Hex; undefined: the instance makes one. */
      readonly sid: string | undefined;
    }
  | { readonly kind: 'drop-login'; readonly name: string }
  | {
      readonly kind: 'create-user';
      readonly name: string;
      /** FOR LOGIN; left out: the login of the same name. */
      readonly login: string;
    }
  | { readonly kind: 'drop-user'; readonly name: string }
  | { readonly kind: 'alter-user'; readonly name: string; readonly login: string }
  | { readonly kind: 'own-database'; readonly database: string; readonly owner: string }
  | {
      readonly kind: 'role-member';
      readonly of: 'server' | 'database';
      readonly role: string;
      readonly change: 'ADD' | 'DROP';
      readonly member: string;
    }
  | {
      readonly kind: 'permissions';
      readonly change: 'GRANT' | 'DENY' | 'REVOKE';
      /** In upper case, single blanks. */
      readonly permissions: readonly string[];
      /** ON [OBJECT::]schema.name; undefined: of the server or the current database. */
      readonly object: string | undefined;
      readonly principals: readonly string[];
    };

export const SECURITY_KINDS: ReadonlySet<string> = new Set<SecurityCommand['kind']>([
  'create-login',
  'drop-login',
  'create-user',
  'drop-user',
  'alter-user',
  'own-database',
  'role-member',
  'permissions',
]);

export const isSecurity = (statement: { readonly kind: string }): statement is SecurityCommand =>
  SECURITY_KINDS.has(statement.kind);
