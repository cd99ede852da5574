/**
 * A transition as Markdown, for the review after an incident: the command and the page print this text and no other. Nothing in it is
 * markup but what stands here, for names and reasons come from files, people and servers. Formats only.
 */
import type { DecisionNote, GenerationChange, StepAccount, Transition } from './transition.ts';
import { clock, instant, minutesWords, predictedWords, secondsWords, spanText } from './span-text.ts';
import { STATE_WORDS } from './transitions-of.ts';

/** Characters of one cell or sentence; the whole is in the journal. */
const CELL_LIMIT = 600;

const cut = (text: string): string =>
  text.length <= CELL_LIMIT ? text : `${text.slice(0, CELL_LIMIT - 1)}…`;

/** Words as words: no table, link, tag, mention or number sign with a meaning comes out of them. */
const plain = (text: string): string =>
  cut(text.replaceAll(/\s+/g, ' ').trim())
    .replaceAll('&', '&amp;')
    .replaceAll(/[<>@#]/g, (sign) => `&#${String(sign.codePointAt(0))};`)
    .replaceAll(/[\\`*_{}[\]!|~]/g, String.raw`\$&`);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map((cells) => line(cells.map(plain)))].join('\n');
}
const list = (lines: readonly string[]): string => lines.map((line) => `- ${plain(line)}`).join('\n');
const section = (title: string, body: string): string => `## ${title}\n\n${body}`;

export function renderTransition(transition: Transition): string {
  const { pool, cause, first, last } = transition;
  const parts = [
    `# ${plain(pool)}: ${plain(cause.says)}`,
    `**${plain(transition.headline)}**`,
    summary(transition),
    section('What asked for it', causes(transition)),
    section('Evidence', evidence(transition)),
    section('Who decided', decisions(transition.decisions)),
    section('Steps', steps(transition)),
    section('Where the time went', times(transition)),
    section('Predicted and actual', predicted(transition)),
    section('Records', marks(transition)),
    `From the records ${String(first)} to ${String(last)} of the journal. Times are UTC, by the daemon's clock. What is called not recorded is not in the journal.`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function summary(transition: Transition): string {
  const {
    state,
    cut: isCut,
    begunAt,
    endedAt,
    beforeMs,
    cause,
    steps: listed,
    stepsBefore,
    notDone,
  } = transition;
  const begun = listed.length + stepsBefore;
  return list([
    `State: ${STATE_WORDS[state]}`,
    `Asked for: ${instant(cause.at)}; first step ${spanText(beforeMs)} later`,
    `First step: ${instant(begunAt)}`,
    `Last step ended: ${endedAt === null ? 'it goes on' : instant(endedAt)}`,
    `Steps: ${String(begun)} begun, ${String(notDone)} of them ended without being done`,
    ...(isCut ? ['Its beginning is no longer kept: what came before the first record here is missing.'] : []),
  ]);
}

function causes({ cause, generations }: Transition): string {
  if (generations.length === 0) return plain(cause.says);
  return generations.map(generationText).join('\n\n');
}

function generationText({ generation, at, origin, revision, changes, before }: GenerationChange): string {
  const commit =
    revision === null
      ? `not from Git: ${origin}`
      : `commit ${revision.commit} by ${revision.author}: ${revision.subject}${revision.signature === undefined ? '' : ` (signed by ${revision.signature.signer})`}`;
  const head = `Generation ${String(generation.counter)} ${generation.hash}, in force since ${instant(at)}; ${commit}`;
  if (changes === null)
    return `${plain(head)}\n\n${before === null ? 'The generation before it is not kept: what was changed cannot be told.' : 'The documents are not kept: what was changed cannot be told.'}`;
  if (changes.length === 0) return `${plain(head)}\n\nNo declared value is another one.`;
  const rows = changes.map((change) => [
    change.path,
    change.before ?? 'not written',
    change.after ?? 'not written',
  ]);
  return `${plain(head)}\n\n${table(['Declared', 'Before', 'After'], rows)}`;
}

const NO_VERDICT = 'No verdict was written: both sites were alive, or had not been judged by this daemon.';
const OLDER_VERDICT =
  'What the verdicts were before the first step may be older than the records that were read.';

function evidence({ evidence: notes, evidenceCut }: Transition): string {
  const told = notes.map(({ site, verdict, at, signs, before }) =>
    [
      plain(`${site}: ${verdict}, since ${instant(at)}${before ? ' (before the first step)' : ''}`),
      list(signs),
    ].join('\n\n'),
  );
  const rest = evidenceCut ? [OLDER_VERDICT] : told.length === 0 ? [NO_VERDICT] : [];
  return [...told, ...rest].join('\n\n');
}

function decisions(notes: readonly DecisionNote[]): string {
  if (notes.length === 0) return 'No decision was made.';
  const rows = notes.map((note) => [
    instant(note.at),
    note.by,
    note.decision,
    'steps' in note ? `${String(note.steps.length)} steps, ${minutesWords(note.lossMinutes)}` : '',
    note.reason,
    note.via ?? 'not recorded',
  ]);
  return table(['When', 'Who', 'What', 'Of', 'Why', 'Came by'], rows);
}

function steps({ steps: accounts, stepsBefore }: Transition): string {
  const rows = accounts.map((step, index) => [
    String(index + 1 + stepsBefore),
    `${step.action}:${step.target}${step.seedStep === null ? '' : ` (${step.seedStep})`}`,
    step.risk,
    clock(step.begun.at),
    step.ended === null ? 'runs' : clock(step.ended.at),
    `${step.result ?? 'no outcome'}${step.code === null ? '' : ` ${step.code}`}${step.alreadyDone ? ', was done before' : ''}`,
    secondsWords(step.durationMs),
    secondsWords(step.externalMs),
    secondsWords(ownMs(step)),
    predictedWords(step.predicted),
  ]);
  const head = [
    '#',
    'Step',
    'Risk',
    'Begun',
    'Ended',
    'Result',
    'Took',
    'SQL Server, cmdlets',
    'Ours',
    'Predicted',
  ];
  const reasons = accounts.flatMap(({ action, target, reason }) =>
    reason === null ? [] : [`${action}:${target}: ${reason}`],
  );
  const before =
    stepsBefore === 0 ? [] : [`${String(stepsBefore)} steps began before those that are listed here.`];
  return [...before, table(head, rows), ...(reasons.length === 0 ? [] : [list(reasons)])].join('\n\n');
}

const times = ({ parts }: Transition): string =>
  table(
    ['What', 'Time', 'Means'],
    parts.map(({ name, ms: spent, means }) => [name, spanText(spent), means]),
  );

const ownMs = ({ durationMs, externalMs }: StepAccount): number | null =>
  durationMs === null || externalMs === null ? null : Math.max(0, durationMs - externalMs);

function predicted({ predicted: before, actual }: Transition): string {
  const lines = before.lines.filter(({ kind }) => kind === 'at-risk' || kind === 'unreachable-file');
  const rows = [
    ['duration', predictedWords(before.duration), secondsWords(ms(actual.durationSeconds))],
    ['clients out', predictedWords(before.outage), secondsWords(ms(actual.outageSeconds))],
    ['loss', minutesWords(before.lossMinutes), lossWords(actual)],
    [
      'log backups lost',
      before.lostFiles === null ? 'not recorded' : String(before.lostFiles),
      'not recorded',
    ],
  ];
  const named = lines.map(({ file, note }) => `named beforehand: ${file ?? 'content in no file'}: ${note}`);
  return [table(['What', 'Predicted', 'Was'], rows), ...(named.length === 0 ? [] : [list(named)])].join(
    '\n\n',
  );
}

const MS_PER_SECOND = 1_000;
const ms = (seconds: number | null): number | null => (seconds === null ? null : seconds * MS_PER_SECOND);
const lossWords = ({ lossMinutes, lossBecause }: Transition['actual']): string =>
  lossMinutes === null ? lossBecause : `${minutesWords(lossMinutes)}: ${lossBecause}`;

function marks({ marks: all }: Transition): string {
  return table(
    ['#', 'At', 'What'],
    all.map(({ seq, at, says }) => [String(seq), clock(at), says]),
  );
}
