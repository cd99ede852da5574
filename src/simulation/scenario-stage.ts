/** One world and the daemons that live in it one after another: carries out the events of a scenario, and starts a killed daemon again. */
import type { JournalRecord } from '../ports/journal.ts';
import { plannerFor } from '../reconciler/find-plan.ts';
import { shapeOf } from '../reconciler/ground-rows.ts';
import type { PoolStatus } from '../reconciler/pool-status.ts';
import { ESTATE_SITES } from '../simulator/estate/estate-options.ts';
import { desiredDocument } from '../simulator/estate/desired-document.ts';
import type { DesiredPool } from '../topology/pool-topology.ts';
import { desiredPoolOf } from './administrator.ts';
import { POOL } from './failover-story.ts';
import { WorldJudge } from './judge-world.ts';
import type { Scenario } from './scenario.ts';
import { SeededRandom } from './seeded-random.ts';
import { SimulatedDaemon } from './simulated-daemon.ts';
import { freshWorld, SimulatedWorld } from './simulated-world.ts';
import { Troubles } from './troubles.ts';

const MS = 1_000;
/** How soon a supervisor starts a daemon that ended. */
const RESTART_S = 5;
/** Into an effect: its answer is on its way. */
const DURING_MS = 150;

/** Log is backed up, copied and restored every few minutes, so that a short run meets every state of the chain. */
function worldOf({ name, shareSite, evidence, failback }: Scenario): SimulatedWorld {
  const world = new SimulatedWorld(
    freshWorld({
      seed: name,
      startAtMs: Date.UTC(2026, 10, 23, 8, 25),
      shareSite,
      backupEveryMinutes: 2,
      copyEveryMinutes: 3,
      restoreEveryMinutes: 5,
    }),
  );
  const policy = { silentAfter: '30s', drainTimeout: '20s', stepTimeout: '2m', maxDataLoss: '60m' };
  const document = desiredDocument(world.state.options, { ...policy, failback });
  world.document.save(document.replace('evidence: silent', `evidence: ${evidence}`));
  return world;
}

type Moment = 'before' | 'after' | 'during';

export class ScenarioStage {
  readonly world: SimulatedWorld;
  readonly judge: WorldJudge;
  readonly #random: SeededRandom;
  readonly #troubles = new Troubles();
  readonly #pool: DesiredPool;
  #daemon: SimulatedDaemon | undefined;
  #armed: Moment | undefined;
  #looks = 0;
  #steps = 0;

  constructor(scenario: Scenario) {
    this.world = worldOf(scenario);
    this.judge = new WorldJudge(this.world, scenario);
    this.#random = new SeededRandom(scenario.seed);
    this.#pool = desiredPoolOf(this.world);
    this.world.estate.fault('clients on');
    this.#start();
  }

  get rounds(): number {
    return this.#looks;
  }

  get steps(): number {
    return this.#steps;
  }

  /** undefined: it is dead now. */
  get daemon(): SimulatedDaemon | undefined {
    return this.#daemon;
  }

  status(): PoolStatus | undefined {
    return this.#daemon?.daemon.pool(POOL);
  }

  perform(what: string): void {
    const words = what.split(' ');
    const [verb, noun, third = '', fourth = ''] = words;
    switch (`${verb ?? ''} ${noun ?? ''}`) {
      case 'edit paris':
      case 'edit lyon':
        this.judge.edited(noun === 'paris' ? 'home' : 'backup');
        this.world.setPrimaryDatacenter(noun ?? '');
        return;
      case 'kill daemon':
        if (third === 'before' || third === 'after' || third === 'during') this.#armed = third;
        else this.kill(Number(third === '' ? RESTART_S : third));
        return;
      case 'lose requests':
        this.#troubles.arm('lose-request', third, Number(fourth || 1));
        return;
      case 'lose answers':
        this.#troubles.arm('lose-answer', third, Number(fourth || 1));
        return;
      case 'halve answers':
        this.#troubles.arm('halve-answer', third, Number(fourth || 1));
        return;
      case 'lose cmdlets':
        this.#troubles.arm('lose-cmdlet', '', Number(third || 1));
        return;
      case 'tear copies':
        this.#troubles.arm('tear-copy', '', Number(third || 1));
        return;
      case 'full disk':
      case 'free disk':
        if (third === 'journal') this.#troubles.journalFull = verb === 'full';
        else this.#troubles.targetFull = verb === 'full';
        return;
      case 'spread answers':
        this.#troubles.spread(Number(third) === 0 ? undefined : Number(third));
        return;
      case 'shift clock':
        this.#troubles.clockShiftMs += Number(third) * MS;
        return;
      default:
        this.world.estate.fault(what);
    }
  }

  /** Every trouble ends for all parties but those of a site that is lost for good. */
  calm(core: Scenario['core']): void {
    this.#troubles.end();
    this.#armed = undefined;
    const { estate, state } = this.world;
    for (const link of state.cutLinks) estate.fault(`heal link ${link}`);
    for (const command of ['up share', 'up shell', 'cms writable']) estate.fault(command);
    for (const name of Object.keys(state.instances))
      for (const command of [`up instance ${name}`, `start agent ${name}`]) estate.fault(command);
    for (const site of ESTATE_SITES) if (!state.sites[site].up) estate.fault(`return site ${site}`);
    if (core !== 'backup') return;
    estate.fault('down site home');
    this.perform('edit lyon');
  }

  kill(seconds: number): void {
    this.#daemon?.crash();
    this.#daemon = undefined;
    this.world.clock.after(seconds * MS, () => {
      if (this.#daemon === undefined) this.#start();
    });
  }

  end(): void {
    this.#daemon?.crash();
    this.#daemon = undefined;
  }

  #start(): void {
    // A crashed daemon writes nothing more, so every record is of the one that lives.
    const daemon = new SimulatedDaemon(this.world, {
      random: this.#random,
      troubles: this.#troubles,
      onLook: () => void (this.#looks += 1),
      onAppend: (record, moment) => this.#journalled(record, moment),
    });
    this.#daemon = daemon;
    // A daemon that gives up ends its process; its supervisor starts it again.
    daemon.daemon.done.catch(() => {
      if (this.#daemon === daemon) this.kill(RESTART_S);
    });
  }

  #journalled(record: JournalRecord, moment: 'before' | 'after'): void {
    if (record.kind === 'intent' && moment === 'before') {
      this.#steps += 1;
      this.#requireKnown(record.action, record.target);
    }
    if (record.kind !== 'effect' || this.#armed === undefined) return;
    if (this.#armed === 'during') {
      if (moment === 'after') this.world.clock.after(DURING_MS, () => this.kill(RESTART_S));
    } else if (this.#armed !== moment) return;
    else this.kill(RESTART_S);
    if (moment === 'after' || this.#armed === 'before') this.#armed = undefined;
  }

  /** Invariant 5: a step is begun only when everything that its row reads is known. */
  #requireKnown(action: string, target: string): void {
    const variables = this.status()?.variables ?? {};
    const { topology, policy } = this.#pool;
    const row = plannerFor(shapeOf(topology, policy)).steps.find(
      (step) => step.action === action && step.target === target,
    );
    const unknown = row?.reads.filter((variable) => variables[variable]?.value === 'unknown') ?? [];
    if (unknown.length > 0)
      this.judge.violate(
        'unknown-need',
        `${action}:${target} was begun while ${unknown.join(', ')} is unknown`,
      );
  }
}
