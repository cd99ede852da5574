/** Owner, TRUSTWORTHY and logins of the copy that is open at a site, in planner words. */
import { differencesOf } from '../topology/server-objects.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { finding, type Finding } from './finding.ts';
import type { SeenCopy } from './site-copy.ts';

/** A closed copy says nothing: what it records can be read only once it is open. */
export function objectsOf(pool: DesiredPool, seen: SeenCopy): Finding {
  if (seen.kind === 'unseen') return finding('aligned', 'not seen, so nothing can be compared', seen.source);
  const { database, source } = seen.copy;
  if (database?.state !== 'ONLINE') return finding('aligned', 'not open, so nothing can be compared', source);
  const objects = database.serverObjects;
  if (objects === undefined || objects === 'unknown')
    return finding('unseen', 'owner, TRUSTWORTHY and logins of mgc could not be read', source);
  const found = differencesOf(objects, pool.topology.trustworthy);
  const words = found.map(({ says }) => says).join('; ');
  if (found.length === 0)
    return finding('aligned', 'owner, TRUSTWORTHY and logins are as mgc needs them', source);
  return found.some(({ repair }) => repair !== undefined)
    ? finding('differ', `of mgc: ${words}`, source)
    : finding('byHand', `of mgc, for a person: ${words}`, source);
}
