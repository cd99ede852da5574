/** Chance and identifiers as an argument, so that one seed gives one journal. */
export interface Random {
  /** 0 (inclusive) to 1 (exclusive). */
  next(): number;
  /** A fresh identifier, lower-case letters and digits, 12 characters. */
  id(): string;
}
