/** Real chance. Ids come from the operating system's generator. */
import { randomBytes } from 'node:crypto';
import type { Random } from '../../ports/random.ts';

const ID_LENGTH = 12;
const DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789';

export const hostRandom: Random = {
  next: () => Math.random(),
  // 256 is no multiple of 36: the first four letters are 14 % likelier, which does not matter for an identifier.
  id: () => Array.from(randomBytes(ID_LENGTH), (byte) => DIGITS[byte % DIGITS.length] ?? '0').join(''),
};
