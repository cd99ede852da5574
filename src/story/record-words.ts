/** One record of the journal in one line. Pure. */
import type { Decision, JournalRecord, LastAnswers, ReturnedPool } from '../ports/journal.ts';
import { verdictWords } from '../topology/evidence.ts';
import type { Seconds } from '../topology/forecast.ts';
import type { Revision } from '../topology/pool-topology.ts';

/** One line for people. */
export function recordWords(record: JournalRecord): string {
  switch (record.kind) {
    case 'started':
      return `daemon ${record.version} started`;
    case 'generation':
      return `generation ${record.generation.counter} ${record.generation.hash}: ${record.primaryDatacenter} (${record.origin}${revisionWords(record.revision)})`;
    case 'removed':
      return 'no longer declared';
    case 'plan':
      return `plan: ${planWords(record.plan)}`;
    case 'intent':
      return `begins ${record.action}:${record.target}`;
    case 'effect':
      return `${record.where}: ${record.what}`;
    case 'outcome':
      return `${record.action}:${record.target} ${record.result} in ${(record.durationMs / 1_000).toFixed(1)} s${record.reason === null ? '' : `: ${record.reason}`}`;
    case 'condition':
      return `${record.type} ${record.status} (${record.reason}) ${record.message}`;
    case 'evidence':
      return `${record.site} is ${verdictWords(record)}`;
    case 'last-listing':
      return `${record.listing.folder.path} fell silent; it listed ${String(record.listing.folder.files.length)} files that were not copied`;
    case 'last-answers':
      return lastAnswersWords(record.answers);
    case 'transition':
      return `at rest after ${String(record.steps.length)} steps in ${record.actual.durationSeconds.toFixed(1)} s, predicted ${secondsWords(record.predicted.duration)}`;
    case 'loss-seen':
      return `loss of the failover: ${minutesWords(record.actualMinutes)}, predicted ${minutesWords(record.predictedMinutes)}: ${record.because}`;
    case 'decision':
      return `${person(record)}: ${decided(record)}: ${record.reason}${record.expiresAt === null ? '' : ` (until ${record.expiresAt})`}`;
    case 'break-glass':
      return `${person(record)}: break-glass ${record.file}: ${record.reason} (until ${record.expiresAt})`;
    case 'break-glass-ended':
      return `the source of the desired state is back: ${record.pools.map(returned).join('; ')}`;
    case 'rotated':
      return `a new file; what came before is in ${record.archive}`;
  }
}

/** Whose token or certificate it came with, where that is not the person. */
const person = ({ by, via }: { readonly by: string; readonly via?: string }): string =>
  via === undefined || via === 'local' || via === by ? by : `${by} (token of ${via})`;

const secondsWords = (seconds: Seconds | null): string =>
  seconds === null ? 'unknown' : `${seconds.p50.toFixed(1)} s`;
const minutesWords = (minutes: number | null): string =>
  minutes === null ? 'unknown' : `${minutes.toFixed(1)} min`;

const signedWords = ({ signature }: Revision): string =>
  signature === undefined ? '' : `, signed by ${signature.signer}`;

const revisionWords = (revision: Revision | null): string =>
  revision === null
    ? ''
    : `, commit ${revision.commit} by ${revision.author}${signedWords(revision)}: ${revision.subject}`;
function decided(decision: Decision): string {
  switch (decision.decision) {
    case 'attest-down':
      return `attest-down ${decision.instance ?? decision.site}`;
    case 'keep':
      return `keep ${decision.site}`;
    case 'accept-loss':
      return `accept-loss of ${decision.lossMinutes === null ? 'whatever it is' : `${String(decision.lossMinutes)} minutes`}`;
    default:
      return decision.decision;
  }
}

function returned({ pool, generation, movesBack, breakGlass }: ReturnedPool): string {
  const of = `${pool} after the break-glass of ${breakGlass.by}`;
  if (generation === null) return `${of} is no longer declared`;
  const { counter, hash } = generation;
  return `${of} has generation ${String(counter)} ${hash}${movesBack ? ', which would move it back and waits for an approval' : ''}`;
}

function planWords(plan: unknown): string {
  const { kind, steps } = plan as { kind?: string; steps?: readonly { action: string; target: string }[] };
  const list = (steps ?? []).map((step) => `${step.action}:${step.target}`).join(', ');
  return `${kind ?? '?'}${list === '' ? '' : `: ${list}`}`;
}

function lastAnswersWords({ clocks, unusableSince = {} }: LastAnswers): string {
  const silent = Object.entries(clocks).map(([name, at]) => `${name} answered last at ${at}`);
  const closed = Object.entries(unusableSince).map(
    ([name, at]) => `the chat database of ${name} is closed since ${at}`,
  );
  return [...silent, ...closed].join('; ') || 'every instance that was silent has answered';
}
