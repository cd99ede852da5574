/** What doctor found, for people: grouped by party, one line each, the trouble with the command that mends it. */
import type { Finding, Level, Mend } from '../doctor/finding.ts';

const WORDS: Readonly<Record<Level, string>> = {
  ok: 'ok     ',
  warning: 'warning',
  error: 'ERROR  ',
  unknown: 'unknown',
};

const mendWords = ({ on, command }: Mend): string => ` => ${on}: ${command}`;
const oneLine = (text: string): string => text.replaceAll(/\s*[\r\n]+\s*/g, ' ');

const line = ({ check, level, reason, mend }: Finding): string =>
  oneLine(`  ${WORDS[level]} ${check}: ${reason}${mend === undefined ? '' : mendWords(mend)}`);

/** What was not asked of a silent party is one line. */
function linesOf(findings: readonly Finding[]): readonly string[] {
  const unasked = findings.filter(({ level, mend }) => level === 'unknown' && mend === undefined);
  const byReason = Map.groupBy(unasked, ({ reason }) => reason);
  return [
    ...findings.filter((finding) => !unasked.includes(finding)).map(line),
    ...[...byReason].map(([reason, those]) => line({ ...join(those), party: '', level: 'unknown', reason })),
  ];
}

const join = (findings: readonly Finding[]): { readonly check: string } => ({
  check: findings.map(({ check }) => check).join(', '),
});

export function renderFindings(pool: string, findings: readonly Finding[]): string {
  const parties = Map.groupBy(findings, ({ party }) => party);
  const groups = [...parties].map(([party, those]) => [party, ...linesOf(those)].join('\n'));
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  const sums = (['error', 'warning', 'unknown', 'ok'] as const).map(
    (level) => `${String(count(level))} ${level}`,
  );
  return [...groups, `${pool}: ${sums.join(', ')}`].join('\n');
}
