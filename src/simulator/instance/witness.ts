/** What the witness of a mirroring session knows: one row per session, written by whoever of the partners reaches it. */
import type { EngineContext } from './engine-modules.ts';
import type { DatabaseDraft, InstanceDraft, MirroringDraft } from './instance-state.ts';
import { reachable } from './mirror-log.ts';
import { removeEntry } from './remove-entry.ts';

export function informWitness(instance: InstanceDraft, ctx: EngineContext, database: DatabaseDraft): void {
  const { mirroring } = database;
  if (mirroring?.witnessAddress === null || mirroring === null) return;
  const witness = reachable(instance, ctx, mirroring.witnessAddress);
  if (witness === undefined) return;
  const principal = mirroring.role === 'PRINCIPAL';
  const partner = mirroring.partnerInstance ?? '';
  witness.witnessed[mirroring.guid] = {
    guid: mirroring.guid,
    familyGuid: database.familyGuid,
    databaseName: database.name,
    principal: principal ? instance.serverName : partner,
    mirror: principal ? partner : instance.serverName,
    safety: mirroring.safety,
    safetySequence: mirroring.safetySequence,
    roleSequence: mirroring.roleSequence,
    synchronized: mirroring.state === 'SYNCHRONIZED',
    suspended: mirroring.suspended,
  };
}

export function forgetWitness(instance: InstanceDraft, ctx: EngineContext, mirroring: MirroringDraft): void {
  if (mirroring.witnessAddress === null) return;
  const witness = reachable(instance, ctx, mirroring.witnessAddress);
  if (witness === undefined) return;
  removeEntry(witness.witnessed, mirroring.guid);
}
