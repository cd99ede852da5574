/** What of owner, TRUSTWORTHY and logins differs from what a database needs, and who can change it. Pure. */
import type { ServerObjects } from './pool-facts.ts';

export type ObjectRepair =
  | { readonly kind: 'own'; readonly login: string }
  | { readonly kind: 'trust'; readonly on: boolean }
  | { readonly kind: 'create-login'; readonly account: string }
  | { readonly kind: 'map-user'; readonly user: string; readonly login: string };

export interface ObjectDifference {
  readonly says: string;
  /** undefined: only a person can. */
  readonly repair?: ObjectRepair;
}

function ownerDifference({
  owner,
  ownerRecorded,
  recordedOwner,
}: ServerObjects): readonly ObjectDifference[] {
  if (ownerRecorded) return [];
  const says = `it belongs to ${owner ?? 'an account without a login'} here, and records ${recordedOwner ?? 'an owner who has no login here'}`;
  return [{ says, ...(recordedOwner === null ? {} : { repair: { kind: 'own', login: recordedOwner } }) }];
}

/** An SQL login of the same name is the documented cure; a login for an account is made where the name says which. */
function loginDifference(user: ServerObjects['orphans'][number]): ObjectDifference {
  const { name, type, namesake, namedAsAccount } = user;
  const says = `its user ${name} has no login here`;
  if (type === 'SQL_USER' && namesake === 'SQL_LOGIN')
    return { says, repair: { kind: 'map-user', user: name, login: name } };
  return type === 'WINDOWS_GROUP' && namesake === null && namedAsAccount
    ? { says, repair: { kind: 'create-login', account: name } }
    : { says };
}

/** Logins first: chat servers come in by them. @param trustworthy as declared; undefined: nobody asks */
export function differencesOf(
  objects: ServerObjects,
  trustworthy: boolean | undefined,
): readonly ObjectDifference[] {
  const { trustworthy: on, mayAlign, orphans } = objects;
  const word = (value: boolean): string => (value ? 'ON' : 'OFF');
  const found: readonly ObjectDifference[] = [
    ...orphans.map(loginDifference),
    ...ownerDifference(objects),
    ...(trustworthy === undefined || trustworthy === on
      ? []
      : [
          {
            says: `TRUSTWORTHY is ${word(on)}, declared is ${word(trustworthy)}`,
            repair: { kind: 'trust', on: trustworthy } as const,
          },
        ]),
  ];
  return mayAlign ? found : found.map(({ says }) => ({ says }));
}
