import { describe, expect, test } from 'vitest';
import { cloudEvent } from '../../src/notify/cloud-event.ts';
import { mailText } from '../../src/notify/mail-text.ts';
import type { Notice } from '../../src/notify/notice.ts';
import { slackMessage } from '../../src/notify/slack-message.ts';
import { teamsCard } from '../../src/notify/teams-card.ts';
import { notice } from './notices.ts';

const heldBack: Partial<Notice> = {
  kind: 'held-back',
  event: null,
  severity: 'warning',
  pool: null,
  reason: 'TooManyMessages',
  message: 'Held back until the hour allows more: chat blocked, north stalled.',
  next: 'pchat status',
};
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const FORMS = {
  'cloud-event.json': (of: Notice) => json(cloudEvent(of)),
  'slack.json': (of: Notice) => json(slackMessage(of)),
  'teams.json': (of: Notice) => json(teamsCard(of)),
  'mail.txt': (of: Notice) => `Subject: ${mailText(of).subject}\n\n${mailText(of).text}`,
} as const;
const NOTICES = { raised: {}, resolved: { kind: 'resolved' }, 'held-back': heldBack } as const;

describe.each(Object.entries(FORMS))('%s', (file, form) => {
  test.each(Object.entries(NOTICES))('of a message that is %s is the kept one', async (kind, differs) => {
    await expect(form(notice(differs))).toMatchFileSnapshot(`__snapshots__/${kind}-${file}`);
  });
});

const HOSTILE = '<!channel> & [click](https://evil.example) *x*\r\nBcc: all@contoso.com';

test('words from outside cannot mention a channel of Slack, nor make a link', () => {
  const text = JSON.stringify(slackMessage(notice({ message: HOSTILE })));
  expect(text).toContain('&lt;!channel&gt; &amp;');
  expect(text).not.toContain('<!channel>');
});

test('words from outside cannot make a link in a card of Teams', () => {
  const text = JSON.stringify(teamsCard(notice({ message: HOSTILE })));
  expect(text).not.toMatch(/[^\\]\[click/);
});

test('words from outside cannot add a line to the head of an e-mail', () => {
  const { subject, text } = mailText(notice({ pool: HOSTILE, message: HOSTILE }));
  expect(subject).not.toMatch(/[\r\n]/);
  expect(text).not.toMatch(/^Bcc/m);
});

test('the longest words stay below what Slack and Teams take', () => {
  const long = '&'.repeat(100_000);
  const slack = slackMessage(notice({ pool: long, message: long, next: long })) as {
    readonly blocks: readonly { readonly text: { readonly text: string } }[];
  };
  expect(slack.blocks.map(({ text }) => text.text.length > 0)).toEqual([true, true]);
  expect(slack.blocks[0]?.text.text.length).toBeLessThanOrEqual(150);
  expect(slack.blocks[1]?.text.text.length).toBeLessThanOrEqual(3_000);
  expect(JSON.stringify(teamsCard(notice({ pool: long, message: long, next: long }))).length).toBeLessThan(
    28_000,
  );
});
