/** pchat history: what the journal says was done, decided and seen. Reads the file and needs no daemon, or asks the one of --server. */
import type { Command } from 'commander';
import type { JournalRecord } from '../ports/journal.ts';
import { keptOf, poolsOf } from '../story/kept-records.ts';
import { recordWords } from '../story/record-words.ts';
import type { Transition } from '../story/transition.ts';
import { PoolError } from '../topology/pool-error.ts';
import {
  loadSettings,
  print,
  withServer,
  withSettings,
  type ServerOptions,
  type SettingsOptions,
} from './command-options.ts';
import { remoteDaemon } from './daemon-client.ts';
import { textTable } from './text-table.ts';

interface Options extends Omit<SettingsOptions, 'output'>, ServerOptions {
  readonly all?: boolean;
  /** true: the newest. */
  readonly transition?: string | true;
  readonly output: 'text' | 'json' | 'markdown';
}

export function register(program: Command): void {
  withServer(withSettings(program.command('history'), ['markdown']))
    .description('the journal: steps, decisions, generations, plans; of --server its present file')
    .argument('[pool]')
    .option('-a, --all', 'also effects, conditions and evidence')
    .option(
      '-t, --transition [record]',
      'the report of one transition in Markdown: of the newest, or of the one that holds this record',
    )
    .action(history);
}

async function history(pool: string | undefined, given: Options): Promise<void> {
  const { transition, output, ...rest } = given;
  if (transition !== undefined) return reportTransition(pool, transition, given);
  if (output === 'markdown') throw new PoolError('PCO_USAGE', 'Markdown is a form of --transition');
  const options = { ...rest, output };
  const records = await recordsOf(pool, options);
  const shown = records.filter((record) => belongs(record, pool) && (options.all === true || isMain(record)));
  print(options, shown, () =>
    textTable(
      ['#', 'at', 'epoch', 'pool', 'what'],
      shown.map((record) => [
        String(record.seq),
        record.at,
        String(record.epoch),
        poolsOf(record).join(', '),
        recordWords(record),
      ]),
    ),
  );
}

async function recordsOf(
  pool: string | undefined,
  { server, ...options }: Pick<Options, 'settings'> & ServerOptions,
): Promise<readonly JournalRecord[]> {
  if (server !== undefined) {
    const daemon = await remoteDaemon({ ...options, server });
    const names = pool === undefined ? (await daemon.status()).pools.map(({ pool: name }) => name) : [pool];
    const found = (await Promise.all(names.map((name) => daemon.history(name)))).flat();
    // A record of several pools comes with each of them.
    return [...new Map(found.map((record) => [record.seq, record])).values()].sort(
      (one, other) => one.seq - other.seq,
    );
  }
  const { directory } = (await loadSettings(options)).journal;
  const { readJournalHistory } = await import('../daemon/journal.ts');
  return readJournalHistory(directory).catch((error: unknown) => {
    if (error instanceof PoolError) throw error;
    throw new PoolError('PCO_USAGE', `there is no journal in ${directory}`, { cause: error });
  });
}

async function reportTransition(
  pool: string | undefined,
  asked: string | true,
  { output, ...options }: Options,
): Promise<void> {
  if (pool === undefined) throw new PoolError('PCO_USAGE', 'name the pool whose transition is meant');
  const told = await toldTransition(pool, asked === true ? undefined : recordNumber(asked), options);
  print({ output: output === 'json' ? 'json' : 'text' }, told.transition, () => told.markdown.trimEnd());
}

function recordNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new PoolError('PCO_USAGE', `--transition ${text} is no number of a record`, {
    hint: 'pchat history POOL shows the numbers of the records in its first column',
  });
}

/** By the daemon of --server, or from the files of the journal and its archives. */
async function toldTransition(
  pool: string,
  record: number | undefined,
  { server, ...options }: Pick<Options, 'settings'> & ServerOptions,
): Promise<ToldTransition> {
  if (server !== undefined) {
    const told = await (await remoteDaemon({ ...options, server })).story(pool, record);
    return requireTold(told, pool, record);
  }
  const { findTransitions, transitionAt } = await import('../story/transitions-of.ts');
  const { renderTransition } = await import('../story/render-transition.ts');
  const kept = keptOf(await recordsOf(pool, options), pool);
  const transition = transitionAt(findTransitions(kept, pool), record)?.read() ?? null;
  const markdown = transition === null ? null : renderTransition(transition);
  return requireTold({ transition, markdown }, pool, record);
}

interface ToldTransition {
  readonly transition: Transition;
  readonly markdown: string;
}

function requireTold(
  { transition, markdown }: { readonly [P in keyof ToldTransition]: ToldTransition[P] | null },
  pool: string,
  record: number | undefined,
): ToldTransition {
  if (transition !== null && markdown !== null) return { transition, markdown };
  const which = record === undefined ? '' : ` that holds the record ${String(record)}`;
  throw new PoolError('PCO_USAGE', `the journal has no transition of ${pool}${which}`);
}

function belongs(record: JournalRecord, pool: string | undefined): boolean {
  const names = poolsOf(record);
  return pool === undefined || names.length === 0 || names.includes(pool);
}

const isMain = (record: JournalRecord): boolean =>
  !['effect', 'condition', 'evidence', 'intent', 'last-listing', 'last-answers'].includes(record.kind);
