/** The book itself, as Markdown: what to run in which order, what must be true before, what is lost, how long it takes. */
import { stepKey } from '../reconciler/step-id.ts';
import type { Runbook } from './make-runbook.ts';
import type { Prediction } from './predict-seconds.ts';
import { requireOneLine } from './powershell.ts';
import type { Chapter, RunbookFile, Turn } from './runbook-files.ts';

/** What stands around the steps; texts for people. */
export interface Frame {
  readonly headline: string;
  readonly loss: string;
  readonly evidence: string;
  /** Empty: nothing stands in the way. */
  readonly obstacles: string;
}

const escaped = (text: string): string => requireOneLine(text).replaceAll(/[\\`*_{}[\]<>#|!]/g, '\\$&');

/** Longer than any run of backticks inside, so that no name can end the block. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/^\ufeff/, '').trimEnd()}\n${fence}`;
}

const duration = ({ seconds, from }: Prediction): string =>
  `about ${String(seconds)} s${from === 'assumed' ? ' (in part assumed: nothing of this pool says how long it takes)' : ''}`;

const total = ({ steps }: Runbook): Prediction => ({
  seconds: steps.reduce((sum, { prediction }) => sum + prediction.seconds, 0),
  from: steps.some(({ prediction }) => prediction.from === 'assumed') ? 'assumed' : 'measured',
});

const alternatives = (lines: readonly string[]): string =>
  lines.length === 0 || lines.every((line) => line === '') ? 'nothing' : lines.map(escaped).join('; **or** ');

const NO_WAY_BACK =
  '--------------------------------- no way back from here ---------------------------------';

function fileText({ name, place, text }: RunbookFile): string {
  const language = name.endsWith('.sql') ? 'sql' : 'powershell';
  const where =
    place === 'shell'
      ? 'management shell'
      : place === 'files'
        ? 'PowerShell, where both folders are seen'
        : place;
  return `**${escaped(name)}** on ${escaped(where)}\n\n${fenced(language, text)}`;
}

const turnText = (turn: Turn): string =>
  turn.kind === 'stop' ? `> **STOP.** ${escaped(turn.text)}` : fileText(turn.file);

function chapterText({ number, step: chapter, turns }: Chapter): string {
  const { step, what, needs, done, undo, prediction } = chapter;
  const lines = [
    `## ${String(number)}. ${stepKey(step)}`,
    `${escaped(what)}. Why: ${escaped(step.reason)}`,
    [
      `- Seed step: ${step.seedStep ?? 'none'}. Risk: **${step.risk}**. Takes ${duration(prediction)}.`,
      `- Stop unless this is true: ${alternatives(needs)}.`,
      `- Done when: ${alternatives(done)}.`,
      `- Undone by: ${undo ?? (step.risk === 'no way back' ? 'nothing' : 'no step of its own')}.`,
    ].join('\n'),
    ...(step.risk === 'no way back' ? [fenced('text', NO_WAY_BACK)] : []),
    ...(turns.length === 0
      ? ['> **Nothing of this step can be written down for what was observed.**']
      : turns.map(turnText)),
  ];
  return lines.join('\n\n');
}

export function renderRunbook(runbook: Runbook, chapters: readonly Chapter[], frame: Frame): string {
  const obstacles =
    frame.obstacles === ''
      ? []
      : [
          '> **STOP.** The plan is blocked. Nothing of this is run before the way is clear:',
          fenced('text', frame.obstacles),
        ];
  const index = chapters.map(({ number, step, turns }) => {
    const names = turns.map((turn) => (turn.kind === 'file' ? turn.file.name : 'STOP'));
    return `| ${String(number)} | ${stepKey(step.step)} | ${step.step.risk} | ${String(step.prediction.seconds)} | ${escaped(names.join(', '))} |`;
  });
  const parts = [
    `# Runbook of ${escaped(runbook.pool)}: ${escaped(frame.headline)}`,
    `Written from what was observed at ${runbook.observedAt}. It is for the day on which no daemon runs: end the daemon or suspend the pool first. Run the files in the order of their numbers; after each error that names STOP, and whenever something looks otherwise than expected, stop and write the runbook anew. \`pchat follow\` watches and ticks the steps. Names of planner variables: the action table.`,
    ...obstacles,
    `Takes ${duration(total(runbook))}, without the time to read and think.`,
    fenced('text', `${frame.loss}\n${frame.evidence}`),
    ['| # | step | risk | seconds | files |', '| --- | --- | --- | --- | --- |', ...index].join('\n'),
    ...chapters.map(chapterText),
  ];
  return `${parts.join('\n\n')}\n`;
}
