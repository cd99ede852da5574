/**
 * The files of a runbook, numbered in the order in which they are run: one per step and place, cut where a person has to stop.
 * `.sql` for sqlcmd, Management Studio or any other client that knows `GO`; `.ps1` for Windows PowerShell 5.1.
 */
import type { InstanceName } from '../topology/pool-topology.ts';
import { stepKey } from '../reconciler/step-id.ts';
import { useMaster } from '../statements/guard-batch.ts';
import { batchText } from './batch-text.ts';
import type { Runbook, RunbookStep } from './make-runbook.ts';
import type { Part } from './part.ts';
import { requireOneLine } from './powershell.ts';

export type Work = Exclude<Part, { kind: 'stop' }>;

export interface RunbookFile {
  readonly name: string;
  /** `shell` and `files` are PowerShell. */
  readonly place: InstanceName | 'shell' | 'files';
  readonly parts: readonly Work[];
  readonly text: string;
}

/** What a person does next: run a file, or stop and look. */
export type Turn =
  { readonly kind: 'file'; readonly file: RunbookFile } | { readonly kind: 'stop'; readonly text: string };

export interface Chapter {
  readonly number: number;
  readonly step: RunbookStep;
  readonly turns: readonly Turn[];
}

const placeOf = (part: Work): RunbookFile['place'] =>
  part.kind === 'sql' || part.kind === 'check' ? part.instance : part.kind;

/** Consecutive work at one place; a stop stands alone. */
function groupsOf(parts: readonly Part[]): readonly (readonly Part[])[] {
  const groups: Part[][] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    const first = last?.[0];
    const joins =
      first !== undefined &&
      first.kind !== 'stop' &&
      part.kind !== 'stop' &&
      placeOf(first) === placeOf(part);
    if (joins) last?.push(part);
    else groups.push([part]);
  }
  return groups;
}

const isWork = (part: Part): part is Work => part.kind !== 'stop';

/** A name on every file system; the order is in the number. */
const safe = (text: string): string => text.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 80);

const comments = (mark: string, lines: readonly string[]): readonly string[] =>
  lines.map((line) => `${mark} ${requireOneLine(line)}`);

function sqlText(head: readonly string[], parts: readonly Work[]): string {
  const batches = parts.flatMap((part, index) => {
    if (part.kind !== 'sql' && part.kind !== 'check') return [];
    const what = `${String(index + 1)}. ${part.title}${part.kind === 'check' ? ' (changes nothing)' : ''}`;
    return [...comments('--', [what, `Expected: ${part.expected}`]), batchText(part.statements), 'GO', ''];
  });
  return [...comments('--', head), batchText([useMaster]), 'GO', '', ...batches].join('\n');
}

function shellText(head: readonly string[], parts: readonly Work[]): string {
  const modules = parts.some(({ kind }) => kind === 'shell') ? ['Import-Module -Name SkypeForBusiness'] : [];
  const work = parts.flatMap((part, index) => {
    if (part.kind !== 'shell' && part.kind !== 'files') return [];
    const what = `${String(index + 1)}. ${part.title}`;
    return [...comments('#', [what, `Expected: ${part.expected}`]), ...part.lines, ''];
  });
  return [...comments('#', head), "$ErrorActionPreference = 'Stop'", ...modules, '', ...work].join('\n');
}

/** Windows PowerShell and Management Studio take a file without mark for one of a code page; ASCII is the same in all. */
const marked = (text: string): string => (/^[\t\n\x20-\x7e]*$/.test(text) ? text : `\ufeff${text}`);

function fileOf(runbook: Runbook, chapter: RunbookStep, parts: readonly Work[], number: number): RunbookFile {
  const [first] = parts;
  const place = first === undefined ? 'shell' : placeOf(first);
  const powershell = place === 'shell' || place === 'files';
  const name = `${String(number).padStart(2, '0')}-${chapter.step.action}-${safe(place)}.${powershell ? 'ps1' : 'sql'}`;
  const where =
    place === 'shell'
      ? 'Run it in the Skype for Business Server Management Shell.'
      : place === 'files'
        ? 'Run it in Windows PowerShell on a machine that sees the folders under these names.'
        : `Run it on ${place} as sysadmin; sqlcmd -b -x -i FILE. Stop at the first error.`;
  const head = [
    `${name}: ${stepKey(chapter.step)} of pool ${runbook.pool}, as observed at ${runbook.observedAt}.`,
    where,
  ];
  return { name, place, parts, text: marked(powershell ? shellText(head, parts) : sqlText(head, parts)) };
}

/** Throws PCO_DESIRED_INVALID for a name that no file of lines can carry. */
export function chaptersOf(runbook: Runbook): readonly Chapter[] {
  let number = 0;
  return runbook.steps.map((step, index): Chapter => ({
    number: index + 1,
    step,
    turns: groupsOf(step.parts).map((group): Turn => {
      const [first] = group;
      if (first?.kind === 'stop') return { kind: 'stop', text: first.text };
      number += 1;
      return { kind: 'file', file: fileOf(runbook, step, group.filter(isWork), number) };
    }),
  }));
}

export const filesOf = (chapters: readonly Chapter[]): readonly RunbookFile[] =>
  chapters.flatMap(({ turns }) => turns.flatMap((turn) => (turn.kind === 'file' ? [turn.file] : [])));
