/**
 * Writes test/recordings anew from the simulated estate: `node test/recording/make-recordings.ts`. Only needed when the form of a
 * recording changes; what is decided there on purpose otherwise than before is decided by whoever reviews the difference.
 */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseDesiredState } from '../../src/desired-state/parse-desired-state.ts';
import { Pseudonyms } from '../../src/recording/pseudonyms.ts';
import { RecordingWriter } from '../../src/recording/write-recording.ts';
import { POOL, Stage } from '../../src/simulation/failover-story.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { freshWorld, SimulatedWorld } from '../../src/simulation/simulated-world.ts';

const FOLDER = path.resolve(import.meta.dirname, '../recordings');

/** What the daemon in the world saw last, under pseudonyms of a key that is thrown away. */
class Recorder {
  readonly #file: string;
  readonly #stage: Stage;
  readonly #writer = new RecordingWriter('0.1.0', new Pseudonyms(randomBytes(32)));
  readonly #lines: string[];

  constructor(file: string, stage: Stage) {
    this.#file = file;
    this.#stage = stage;
    this.#lines = [this.#writer.header(stage.world.clock.now())];
  }

  look(): void {
    const { world, daemon } = this.#stage;
    const status = daemon.daemon.pool(POOL);
    const parsed = parseDesiredState(world.document.text, 'desired-state.yaml');
    const pool = parsed.kind === 'ok' ? parsed.pools[0] : undefined;
    if (status?.facts == null || pool === undefined) throw new Error('nothing was seen');
    const { facts, decisions, generation } = status;
    const nowMs = Date.parse(facts.observedAt);
    const { text, distorted } = this.#writer.round({
      pool: { ...pool, generation },
      facts,
      decisions,
      nowMs,
    });
    if (distorted.length > 0) throw new Error(JSON.stringify(distorted));
    this.#lines.push(text);
  }

  write(): void {
    writeFileSync(path.join(FOLDER, this.#file), this.#lines.join(''));
  }
}

function stage(seed: string): Stage {
  const overrides = { seed, clients: 1, copyEveryMinutes: 60, restoreEveryMinutes: 240 };
  return new Stage(new SimulatedWorld(freshWorld(overrides)), new SeededRandom(1));
}

async function converged(): Promise<void> {
  const scene = stage('converged');
  const recorder = new Recorder('converged.jsonl', scene);
  await scene.converge();
  recorder.look();
  await scene.pass(20);
  recorder.look();
  recorder.write();
}

/** Silence, the edit, and rounds in the middle of the failover. */
async function homeLost(): Promise<void> {
  const scene = stage('home lost');
  const recorder = new Recorder('home-lost.jsonl', scene);
  const { world } = scene;
  await scene.converge();
  world.estate.fault('clients on');
  await scene.pass(40);
  world.estate.fault('down site home');
  await scene.pass(1);
  recorder.look();
  await scene.pass(4);
  recorder.look();
  const steps = ['copy-log-backups', 'set-pool-failed-over'];
  world.setPrimaryDatacenter('lyon');
  for (const step of steps) {
    const first = (): boolean => {
      const plan = scene.daemon.daemon.pool(POOL)?.plan;
      return plan?.kind === 'steps' && plan.steps[0]?.action === step;
    };
    if (!(await world.clock.run(first, 3_600_000))) throw new Error(`${step} was never next`);
    recorder.look();
  }
  await scene.converge();
  recorder.look();
  recorder.write();
}

/** The policy demands proof and nobody attests; then somebody does, and somebody else has suspended the pool. */
async function blocked(): Promise<void> {
  const scene = stage('blocked');
  const recorder = new Recorder('blocked.jsonl', scene);
  const { world } = scene;
  world.document.save(world.document.text.replace('evidence: silent', 'evidence: proven'));
  await scene.converge();
  world.estate.fault('clients on');
  await scene.pass(40);
  world.estate.fault('down site home');
  await scene.pass(1);
  world.setPrimaryDatacenter('lyon');
  await scene.pass(5);
  recorder.look();
  const said = { pool: POOL, by: 'alice', reason: 'the site burns' };
  await scene.daemon.daemon.decide({ ...said, expiresAt: null, decision: 'suspend' });
  const expiresAt = new Date(world.clock.now() + 3_600_000).toISOString();
  await scene.daemon.daemon.decide({ ...said, expiresAt, decision: 'attest-down', site: 'home' });
  await scene.pass(1);
  recorder.look();
  recorder.write();
}

await converged();
await homeLost();
await blocked();
