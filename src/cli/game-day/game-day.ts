/** A game day over a playground: its page, its troubles, and a look at estate and daemon every second for the score. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPage } from '../../daemon/host/read-page.ts';
import type { Clock } from '../../ports/clock.ts';
import { PoolError } from '../../topology/pool-error.ts';
import { findDaemon } from '../daemon-client.ts';
import type { Playground } from '../estate-story/playground.ts';
import { GameScore, type GameLook } from './game-score.ts';
import { GameServer } from './game-server.ts';
import { GAME_TROUBLES } from './game-troubles.ts';

const LOOK_MS = 1_000;
/** From src and from the built product alike; beside the daemon's page, not in it. */
const BUILT = fileURLToPath(new URL('../../../dist/game-day/', import.meta.url));
/** Of the daemon's log, see src/daemon/listen.ts. */
const REFUSED = 'a change was refused';

export class GameDay {
  readonly #playground: Playground;
  readonly #clock: Clock;
  readonly #score = new GameScore();
  readonly #server: GameServer;
  #refusedEdits = 0;
  #problems = '';
  #daemonAddress = '';

  constructor(playground: Playground, clock: Clock) {
    this.#playground = playground;
    this.#clock = clock;
    this.#server = new GameServer({
      page: readPage(BUILT),
      score: () => ({
        ...this.#score.answer(clock.now()),
        daemon: this.#daemonAddress,
        troubles: GAME_TROUBLES.map(({ id, label, means }) => ({ id, label, means })),
      }),
      trouble: (id, begins) => this.#trouble(id, begins),
    });
  }

  /** @returns the address of its page */
  listen(): Promise<string> {
    return this.#server.listen();
  }

  /** Looks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#score.seen(await this.#look());
      // Interrupted: the loop ends.
      await this.#clock.sleep(LOOK_MS, signal).catch(() => undefined);
    }
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  async #trouble(id: string, begins: boolean): Promise<void> {
    const found = GAME_TROUBLES.find((one) => one.id === id);
    if (found === undefined) throw new PoolError('PCO_USAGE', `there is no trouble ${id}`);
    for (const command of begins ? found.begin : found.end) await this.#playground.estate.fault(command);
    // What clients got a receipt for until now is no sign that they are served again.
    this.#score.seen(await this.#look());
    this.#score.changed(id, begins, this.#clock.now());
  }

  async #look(): Promise<GameLook> {
    const { estate, documents } = this.#playground;
    const { acknowledged, lost, serving, writableAtTwoSitesMs } = estate.checker();
    const daemon = await (await findDaemon(documents.journalDirectory))?.status().catch(() => undefined);
    const [pool] = daemon?.pools ?? [];
    this.#daemonAddress = textOf(path.join(documents.journalDirectory, 'control-address'));
    const problems = (daemon?.desiredStateProblems ?? []).join('\n');
    if (problems !== '' && problems !== this.#problems) this.#refusedEdits += 1;
    this.#problems = problems;
    return {
      atMs: this.#clock.now(),
      acknowledged,
      lost: lost.length,
      serving: serving !== undefined,
      converged: pool?.state === 'converged' && pool.evidence?.[pool.primarySite].verdict === 'alive',
      observedAtMs: pool?.observedAt == null ? null : Date.parse(pool.observedAt),
      mistakes: {
        refusedDecisions: this.#refusedDecisions(),
        refusedEdits: this.#refusedEdits,
        twoWritersMs: writableAtTwoSitesMs,
      },
    };
  }

  #refusedDecisions(): number {
    const lines = textOf(path.join(this.#playground.directory, 'daemon.log')).split('\n');
    return lines.filter((line) => line.includes(REFUSED)).length;
  }
}

/** Empty while it is not there. */
const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');
