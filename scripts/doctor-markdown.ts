/** docs/doctor.md: what doctor is for, in words, and its checks out of their table. */
import { NAGIOS } from '../src/cli/exit-codes.ts';
import { CHECKS } from '../src/doctor/check-table.ts';
import { FILE_WAYS } from '../src/doctor/file-way.ts';
import type { Level } from '../src/doctor/finding.ts';
import { markdownTable } from './markdown-table.ts';

const MEANINGS: Readonly<Record<Level, string>> = {
  ok: 'every check is ok',
  warning: 'it works, and something will hurt',
  error: 'something does not work, or the settings or desired state are not valid',
  unknown: 'no trouble was seen, and something could not be asked; also wrong arguments',
};

const codes = (): readonly (readonly string[])[] =>
  (['ok', 'warning', 'error', 'unknown'] as const).map((level) => [
    String(NAGIOS[level]),
    `\`${level}\``,
    MEANINGS[level],
  ]);

const introduction = (): string => `# \`pchat doctor\`

Generated from \`src/doctor/check-table.ts\` by \`npm run docs\`.

Asks whether a site fits what the settings and the desired state say, before a daemon is trusted with it. It needs the settings, no daemon and no lease. It
observes one round, as \`pchat observe\` does, and asks each instance, the management shell and this computer for the rest, all at once and each
with the deadline of the settings. It changes nothing on the estate: what may be written is concluded from rights, the newest log backup is read by
\`RESTORE HEADERONLY\`, and no cmdlet that changes is called.

\`\`\`sh
pchat doctor                              # every pool
pchat doctor --pool contoso-chat --only clock-skew,agent-running
pchat doctor -o json                      # {level, pools: [{pool, level, findings: [{check, party, level, reason, mend: {on, command}}]}]}
\`\`\`

Findings are grouped by party, one line each: level, check, reason, and after \`=>\` where to type which command. Words in capitals are for you to fill
in. Progress goes to stderr. The exit code is that of a monitoring plug-in:

${markdownTable([['Code', 'Level', 'Means'], ...codes()])}

A party that does not answer is named once, by the check that found out how far one gets; what hangs on it is \`unknown\`.`;

const LIMITS = `## What it cannot know

- Whether the account of SQL Server Agent reaches the share and the copy folder is told by the last runs of the jobs. Before the first run there is nothing to tell.
- Which role holds which cmdlet is unverified in the documents, and a local Management Shell enforces none. Of cmdlets that change only a change would tell
  the truth; \`Get-CsAdminRole\` answers a person.
- Access rights of folders say nothing of quotas and of rights that a file server keeps to itself; on Windows they are unverified.
- Free space is that of the folders which this computer reaches, not of the disks of the databases.
- Clocks are compared to half a round trip. Against \`npm start\`, whose estate runs faster than the wall, the clock of this computer is always named.`;

export function doctorMarkdown(): string {
  const checks = Object.entries(CHECKS).map(([id, { asks, mends }]) => [`\`${id}\``, asks, mends]);
  const ways = Object.entries(FILE_WAYS).map(([way, words]) => [`\`${way}\``, words]);
  return `${introduction()}

## Checks

${markdownTable([['Check', 'Asks', 'What mends it'], ...checks])}

\`settings\` stands alone where the settings cannot be read.

\`files-travel\` tells one of

${markdownTable([['Way', 'Means'], ...ways])}

${LIMITS}
`;
}
