/** The fourteen links of the matrix. Bit i of a subset is MATRIX_LINKS[i]; each is cut as one or more links of the estate. */

interface MatrixLink {
  readonly name: string;
  /** As the estate's fault commands name them (src/simulator/estate/links.ts). */
  readonly cuts: readonly string[];
}

/**
 * The daemon and its management shell stand in one network: what keeps the daemon from home's primary keeps the shell from
 * home, and what keeps it from home's mirror keeps it from home's witness. So a home that nobody sees is within the matrix.
 */
export const MATRIX_LINKS: readonly MatrixLink[] = [
  { name: 'daemon-home', cuts: ['daemon-home primary', 'home-shell'] },
  { name: 'daemon-home mirror', cuts: ['daemon-home mirror', 'daemon-home witness'] },
  { name: 'daemon-backup', cuts: ['backup primary-daemon'] },
  { name: 'daemon-backup mirror', cuts: ['backup mirror-daemon'] },
  { name: 'daemon-share', cuts: ['daemon-share'] },
  { name: 'daemon-shell', cuts: ['daemon-shell'] },
  { name: 'home-home mirror', cuts: ['home mirror-home primary'] },
  { name: 'home-home witness', cuts: ['home primary-home witness'] },
  { name: 'home mirror-home witness', cuts: ['home mirror-home witness'] },
  { name: 'home-share', cuts: ['home-share'] },
  { name: 'backup-share', cuts: ['backup-share'] },
  { name: 'home chat-home', cuts: ['home chat-home store'] },
  { name: 'home chat-backup', cuts: ['backup store-home chat'] },
  { name: 'backup chat-backup', cuts: ['backup chat-backup store'] },
];

export type LinkSet = number;
export const SUBSETS = 1 << MATRIX_LINKS.length;

const bits = new Map(MATRIX_LINKS.flatMap(({ cuts }, bit) => cuts.map((cut) => [cut, 1 << bit] as const)));

/** The link of the matrix that a link of the estate belongs to; 0: it is never cut here. */
export const bitOfCut = (cut: string): LinkSet => bits.get(cut) ?? 0;

const linksOf = (set: LinkSet): readonly MatrixLink[] =>
  MATRIX_LINKS.filter((_, bit) => (set & (1 << bit)) !== 0);

export const cutsOf = (set: LinkSet): readonly string[] => linksOf(set).flatMap(({ cuts }) => cuts);
export const nameOf = (set: LinkSet): string =>
  set === 0
    ? 'nothing'
    : linksOf(set)
        .map(({ name }) => name)
        .join(', ');

export function setOf(...names: readonly string[]): LinkSet {
  return names.reduce((set, name) => {
    const bit = MATRIX_LINKS.findIndex((link) => link.name === name);
    if (bit < 0) throw new RangeError(`${name} is no link of the matrix`);
    return set | (1 << bit);
  }, 0);
}

const cuts = (set: LinkSet, ...names: readonly string[]): boolean =>
  (set & setOf(...names)) === setOf(...names);

/** Nobody whom the daemon can ask has any sign of home: not itself, not its shell, and no new file on a share that somebody reads. */
export function homeIsUnseen(set: LinkSet): boolean {
  const filesUnseen =
    cuts(set, 'home-share') ||
    (cuts(set, 'daemon-share') && (cuts(set, 'backup-share') || cuts(set, 'daemon-backup')));
  return cuts(set, 'daemon-home', 'daemon-home mirror') && filesUnseen;
}
