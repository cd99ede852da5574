/**
 * A message as Slack's incoming webhooks take it: a text for notifications, blocks for the channel. Source: Slack API, incoming webhooks,
 * Block Kit (header 150 characters, section 3,000), formatting text (&, < and > are escaped). Unverified against a live workspace.
 */
import { cutText, factsOf, headline, type Notice } from './notice.ts';

const HEADER_LIMIT = 150;
const SECTION_LIMIT = 3_000;
/** Longest text before escaping, which makes five characters of one at the most. */
const FACT_LIMIT = 400;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export function slackMessage(notice: Notice): unknown {
  const lines = factsOf(notice).map(([name, text]) => `*${name}:* ${escaped(cutText(text, FACT_LIMIT))}`);
  return {
    text: escaped(headline(notice)),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: cutText(headline(notice), HEADER_LIMIT) } },
      { type: 'section', text: { type: 'mrkdwn', text: cutText(lines.join('\n'), SECTION_LIMIT) } },
    ],
  };
}
