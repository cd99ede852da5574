/**
 * A message as a workflow of Microsoft Teams takes it ("When a Teams webhook request is received"): an Adaptive Card as attachment.
 * Source: Microsoft Teams, create and send messages (webhooks take Adaptive Cards only); Adaptive Cards schema. Unverified live.
 */
import { cutText, factsOf, headline, type Notice } from './notice.ts';

/** The whole message must stay below 28 KB. */
const FACT_LIMIT = 2_000;
const HEADER_LIMIT = 200;
const COLOURS = { critical: 'Attention', warning: 'Warning', info: 'Accent' } as const;

/** Texts of a card are a part of Markdown, in which a link is the harm that a foreign word could do. */
const escaped = (text: string): string => text.replaceAll(/[\\[\]*_`]/g, String.raw`\$&`);

export function teamsCard(notice: Notice): unknown {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      {
        type: 'TextBlock',
        text: escaped(cutText(headline(notice), HEADER_LIMIT)),
        size: 'Large',
        weight: 'Bolder',
        wrap: true,
        color: notice.kind === 'resolved' ? 'Good' : COLOURS[notice.severity],
      },
      {
        type: 'FactSet',
        facts: factsOf(notice).map(([title, text]) => ({ title, value: escaped(cutText(text, FACT_LIMIT)) })),
      },
    ],
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}
