/** The overhead of a transition over the unavoidable minimum, in one sentence and as parts. Pure. */
import type { SpentPart, SpentTime, Transition } from './transition.ts';
import { spanText } from './span-text.ts';

/** Of what is recorded; the rest is named beside it. */
export function headlineOf({
  spent,
  endedAt,
  state,
}: Pick<Transition, 'spent' | 'endedAt' | 'state'>): string {
  const { wallMs, workMs, overheadMs, heldMs, unknownMs } = spent;
  const beside = [
    ...(heldMs > 0 ? [`held for ${spanText(heldMs)}`] : []),
    ...(unknownMs > 0 ? [`not recorded for ${spanText(unknownMs)}`] : []),
  ];
  const soFar = endedAt === null && state !== 'given-up' && state !== 'superseded' ? ' so far' : '';
  const rest = beside.length === 0 ? '' : `; ${beside.join(', ')}`;
  return `Overhead ${spanText(overheadMs)} over the unavoidable minimum of ${spanText(workMs)}, ${spanText(wallMs)} in all${soFar}${rest}`;
}

type Part = SpentPart['part'];

const SPENT_WORDS: Readonly<Record<Part, readonly [name: string, means: string]>> = {
  workMs: [
    'SQL Server, cmdlets',
    'while a step ran: waited for SQL Server, a cmdlet, a file, or for the effect to show, pauses between two looks for it included: the unavoidable minimum',
  ],
  ownMs: ['our own', "the daemon's own work, inside steps and between them"],
  looksMs: ['looks', 'between two steps: waited for the answers of the look that comes before the next step'],
  pausesMs: ['pauses', 'before a step that was not done is tried again'],
  heldMs: [
    'held',
    'between two steps: a person, a gate or something missing held it; not counted as overhead',
  ],
  unknownMs: ['not recorded', 'across a start of the daemon: nobody measured; not counted as overhead'],
};

export const spentParts = (spent: SpentTime): readonly SpentPart[] =>
  (Object.keys(SPENT_WORDS) as Part[])
    .filter((part) => spent[part] > 0 || part === 'workMs' || part === 'ownMs')
    .map((part) => ({ part, name: SPENT_WORDS[part][0], ms: spent[part], means: SPENT_WORDS[part][1] }));
