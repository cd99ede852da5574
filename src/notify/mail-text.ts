/** A message as the subject and the plain text of an e-mail. Pure. */
import { factsOf, headline, type Notice } from './notice.ts';

export interface MailText {
  /** One line. */
  readonly subject: string;
  readonly text: string;
}

const COLUMN = 8;
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

export function mailText(notice: Notice): MailText {
  const rows = factsOf(notice).map(([name, text]) => `${`${name}:`.padEnd(COLUMN)}${oneLine(text)}`);
  const subject = oneLine(headline(notice));
  return { subject, text: `${[subject, '', ...rows].join('\n')}\n` };
}
