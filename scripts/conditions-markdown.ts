/** docs/conditions.md out of the table of conditions. */
import { CONDITION_TABLE } from '../src/reconciler/condition-table.ts';
import { markdownTable } from './markdown-table.ts';

const rows = (): readonly (readonly string[])[] =>
  Object.entries(CONDITION_TABLE).flatMap(([type, reasons]) =>
    Object.entries(reasons).map(([reason, { status, means, then }]) => [
      `\`${type}\``,
      status,
      `\`${reason}\``,
      means,
      then === '' ? '-' : then,
    ]),
  );

export const conditionsMarkdown = (): string => `# Conditions

Generated from \`src/reconciler/condition-table.ts\` by \`npm run docs\`.

What a pool is like now, by \`pchat status\`, the API and \`pchat_condition\`. Each is True, False or Unknown since a time, with a reason, which is a stable word, and a message
for people. What holds a plan back has [codes of its own](gates.md), and so have [errors](errors.md).

${markdownTable([['Condition', 'Status', 'Reason', 'Means', 'What to do'], ...rows()])}
`;
