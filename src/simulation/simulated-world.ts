/**
 * Everything outside the daemon, in memory: the estate's model, its folders, the desired-state document, the journal's disk and
 * the clock. Can be copied at any instant, so that one run can be continued in many ways.
 */
import { accountFor, type EstateAccount } from '../simulator/estate/checker.ts';
import { createEstate } from '../simulator/estate/create-estate.ts';
import { desiredDocument, withPrimaryDatacenter } from '../simulator/estate/desired-document.ts';
import type { EstateOverrides } from '../simulator/estate/estate-options.ts';
import type { EstateState } from '../simulator/estate/estate-state.ts';
import { folderReach, isClosedToDaemon } from '../simulator/estate/links.ts';
import { nextWakeAt, stepEstate } from '../simulator/estate/step-estate.ts';
import { MemoryEstate, type EstateStepSeen } from './memory-estate.ts';
import { MemoryFolders } from './memory-folders.ts';
import { MemoryDisk } from './memory-journal.ts';
import { MemoryDocument } from './memory-source.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** A world at rest at one instant; plain data but for the folders, which are copied. */
export interface WorldSnapshot {
  readonly nowMs: number;
  readonly state: EstateState;
  readonly folders: MemoryFolders;
  readonly document: string;
  readonly journal: readonly string[];
  readonly epoch: number;
}

export class SimulatedWorld {
  readonly clock: SimulatedClock;
  readonly folders: MemoryFolders;
  readonly document: MemoryDocument;
  readonly disk: MemoryDisk;
  readonly estate: MemoryEstate<EstateState>;

  constructor(from: WorldSnapshot) {
    this.clock = new SimulatedClock(from.nowMs);
    this.folders = from.folders.copy();
    this.document = new MemoryDocument(from.document);
    this.disk = new MemoryDisk();
    this.disk.lines.push(...from.journal);
    this.disk.epoch = from.epoch;
    this.estate = new MemoryEstate(
      { initial: from.state, step: stepEstate, nextWakeAt },
      this.clock,
      this.folders,
    );
  }

  get state(): EstateState {
    return this.estate.state;
  }

  get sqlPassword(): string {
    return this.state.options.sqlPassword;
  }

  watch(look: (seen: EstateStepSeen<EstateState>) => void): void {
    this.estate.onStep = look;
  }

  /** What the daemon gets from a folder now: nothing to say, or an operating system error. */
  reach(folder: string): { readonly osError: number } | undefined {
    return folderReach(this.state, 'daemon', folder);
  }

  /** What the daemon's settings map. */
  maps(folder: string): boolean {
    return !isClosedToDaemon(this.state.options, folder);
  }

  /** The one line that an administrator edits. */
  setPrimaryDatacenter(datacenter: string): void {
    this.document.save(withPrimaryDatacenter(this.document.text, datacenter));
  }

  account(): EstateAccount {
    return accountFor(this.state, this.folders);
  }

  /** What the operating system does for a daemon that was killed: every connection of it drops. */
  dropDaemonConnections(): void {
    for (const [connection, { instance, party }] of Object.entries(this.state.connections))
      if (party === 'daemon') this.estate.input({ kind: 'disconnect', instance, connection });
  }

  snapshot(): WorldSnapshot {
    return {
      nowMs: this.clock.now(),
      state: this.state,
      folders: this.folders.copy(),
      document: this.document.text,
      journal: [...this.disk.lines],
      epoch: this.disk.epoch,
    };
  }
}

/** A converged pool with its service at home. */
export function freshWorld(overrides: EstateOverrides = {}): WorldSnapshot {
  const state = createEstate(overrides);
  return {
    nowMs: state.nowMs,
    state,
    folders: new MemoryFolders(),
    document: desiredDocument(state.options),
    journal: [],
    epoch: 0,
  };
}
