/**
 * One step's view of the estate: the drafts, the folders as each party sees them, the engine's context per instance, and what
 * the step says. Lives for one step only; holds no state of its own beyond that.
 */
import type { EstateFiles, EstateOutput, FileOperation } from '../estate-contract.ts';
import { endpointAddress } from '../instance/create-instance.ts';
import { guidFrom } from '../instance/deterministic-guid.ts';
import type { EngineContext, EngineOutput } from '../instance/engine-modules.ts';
import type { InstanceDraft } from '../instance/instance-state.ts';
import { unlessChanged } from '../instance/plain.ts';
import { removeEntry } from '../instance/remove-entry.ts';
import { disconnect } from '../instance/requests.ts';
import type { EstateDraft, EstateState, HostDraft } from './estate-state.ts';
import { filesSeenByEngine, linkStands, packetsPass, type SiteParty } from './links.ts';
import { modulesFor } from './msdb-modules.ts';
import { overlayFiles, type OverlaidFiles } from './overlay-files.ts';

export type InternalEvent = Extract<EngineOutput, { readonly kind: 'session-ended' | 'operation-finished' }>;

/** What only faults change, and what nothing changes: read plain in every other step. */
export type Surroundings = Pick<EstateState, 'sites' | 'cutLinks' | 'share' | 'shell' | 'options'> & {
  readonly hosts: Readonly<
    Record<string, Pick<EstateState['hosts'][string], 'site' | 'part' | 'hung' | 'slowMs'>>
  >;
};

export interface World {
  readonly draft: EstateDraft;
  readonly around: Surroundings;
  readonly nowMs: number;
  readonly outputs: EstateOutput[];
  /** Engine events that the estate's own parties still have to hear. */
  readonly events: InternalEvent[];
  readonly files: OverlaidFiles;
  /** Instances whose msdb was changed by a procedure in this step: their Agent plans anew. */
  readonly changedMsdb: Set<string>;
  context(instance: InstanceDraft): EngineContext;
  /** Instance and host by the name in the estate. */
  instance(name: string): InstanceDraft | undefined;
  host(name: string): HostDraft;
  /** Who is published at an endpoint address, up or down. */
  nameAt(address: string): string | undefined;
  emitFile(operation: FileOperation): void;
  count(deed: string): void;
  /** The instance was replaced by a fresh one. */
  forget(name: string): void;
  /** Forgets a connection and its session. */
  endConnection(connection: string): void;
  newGuid(): string;
}

export function createWorld(
  draft: EstateDraft,
  nowMs: number,
  files: EstateFiles,
  around: Surroundings = draft,
): World {
  const contexts = new Map<string, EngineContext>();
  const overlay = overlayFiles(files);
  const outputs: EstateOutput[] = [];
  const world: World = {
    draft,
    around,
    nowMs,
    outputs,
    events: [],
    files: overlay,
    changedMsdb: new Set(),
    context(instance) {
      const known = contexts.get(instance.name);
      if (known !== undefined) return known;
      const made = contextFor(world, instance);
      contexts.set(instance.name, made);
      return made;
    },
    instance: (name) => draft.instances[name],
    host(name) {
      const host = draft.hosts[name];
      if (host === undefined) throw new Error(`the estate has no instance ${name}`);
      return host;
    },
    nameAt: (address) => Object.keys(around.hosts).find((name) => publishedAt(name, address)),
    emitFile(operation) {
      overlay.apply(operation);
      outputs.push({ kind: 'file', operation });
    },
    count: (deed) => void (draft.counts[deed] = (draft.counts[deed] ?? 0) + 1),
    forget: (name) => void contexts.delete(name),
    endConnection(connection) {
      const entry = draft.connections[connection];
      if (entry === undefined) return;
      removeEntry(draft.connections, connection);
      const instance = draft.instances[entry.instance];
      if (instance !== undefined) disconnect(instance, connection);
    },
    newGuid() {
      draft.nextGuid += 1;
      return guidFrom(`${draft.options.seed}/estate/${draft.nextGuid}`);
    },
  };
  return world;
}

/** Instances are named by the host that their endpoint address carries (fresh-instance.ts). */
const publishedAt = (name: string, address: string): boolean =>
  address.toLowerCase().startsWith(`tcp://${name.toLowerCase()}:`);

export function hostAround({ around }: World, name: string): Surroundings['hosts'][string] {
  const host = around.hosts[name];
  if (host === undefined) throw new Error(`the estate has no instance ${name}`);
  return host;
}

/** The instance as an end of links. */
export function partyOf(world: World, name: string): SiteParty {
  const { site, part } = hostAround(world, name);
  return `${site} ${part}`;
}

function contextFor(world: World, instance: InstanceDraft): EngineContext {
  const ctx: EngineContext = {
    nowMs: world.nowMs,
    files: filesSeenByEngine(world.around, partyOf(world, instance.name), world.files),
    emitFile: (operation) => world.emitFile(operation),
    emit: (output) => take(world, output),
    peer: (from, address) => peerOf(world, from, address),
    get modules() {
      return modulesFor(ctx, world);
    },
  };
  return ctx;
}

function peerOf(world: World, from: InstanceDraft, address: string): InstanceDraft | undefined {
  const other = world.instance(world.nameAt(address) ?? '');
  if (other === undefined || endpointAddress(other)?.toLowerCase() !== address.toLowerCase())
    return undefined;
  return reaches(world, partyOf(world, from.name), other) && answers(world, from) ? other : undefined;
}

/** Its process runs and answers. */
export const answers = (world: World, instance: InstanceDraft): boolean =>
  instance.status === 'running' && !hostAround(world, instance.name).hung;

/** The party gets an answer from the instance. */
export const reaches = (world: World, party: SiteParty, instance: InstanceDraft): boolean =>
  answers(world, instance) && packetsPass(world.around, party, partyOf(world, instance.name));

function take(world: World, output: EngineOutput): void {
  switch (output.kind) {
    case 'session-ended':
    case 'operation-finished':
      world.events.push(output);
      return;
    case 'deed':
      world.count(`${output.deed}@${output.instance}/${output.database}`);
      return;
    case 'note':
      world.outputs.push(output);
      return;
    case 'tokens':
    case 'login-accepted':
    case 'login-refused':
    case 'drop':
    case 'attention-acknowledged':
      send(world, output);
  }
}

type ConnectionOutput = Extract<EngineOutput, { readonly connection: string }>;

/** Answers to a severed connection are lost; those of a slow instance come later. */
export function send(world: World, output: ConnectionOutput): void {
  const { draft } = world;
  const connection = unlessChanged(draft.connections)[output.connection];
  if (connection === undefined || connection.severed || !pathStands(world, output.connection)) return;
  const { slowMs } = hostAround(world, output.instance);
  if (slowMs > 0) draft.delayed.push({ dueAtMs: world.nowMs + slowMs, output });
  else world.outputs.push(output);
  if (output.kind === 'drop' || output.kind === 'login-refused') {
    world.endConnection(output.connection);
  }
}

/** Packets pass between a client and its instance. A person's tools stand beside the daemon but are not cut off with it. */
export function pathStands(world: World, connectionId: string): boolean {
  const connection = unlessChanged(world.draft.connections)[connectionId];
  if (connection === undefined) return false;
  const { site } = hostAround(world, connection.instance);
  if (!world.around.sites[site].up) return false;
  return (
    connection.party === 'operator' || linkStands(world.around, 'daemon', partyOf(world, connection.instance))
  );
}
