/**
 * What the name of a quarantined tail says. A fenced copy can no longer be read, so the fence, which still could, says in the
 * file's name whether the other copy held this one's newest message. Without that word the tail counts as held by nobody else.
 */

/** Purpose part of the file name. */
export type TailPurpose = 'tail' | 'shared-tail';

/** Nothing in it that a person would miss: heartbeats only. */
export const isSharedTail = (fileName: string): boolean => /_shared-tail_\d{14}_/i.test(fileName);
