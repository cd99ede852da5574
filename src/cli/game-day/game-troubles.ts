/** What a player can do to the estate, each with what takes it back. */

export interface GameTrouble {
  readonly id: string;
  readonly label: string;
  readonly means: string;
  /** Faults of the estate, see src/simulator/estate/fault-grammar.ts. */
  readonly begin: readonly string[];
  readonly end: readonly string[];
}

const HOME_PRIMARY = 'sql-par-1';

export const GAME_TROUBLES: readonly GameTrouble[] = [
  {
    id: 'kill-site',
    label: 'Kill paris',
    means: 'Everything of the home datacenter is off, and its users with it.',
    begin: ['down site home'],
    end: ['return site home'],
  },
  {
    id: 'cut-link',
    label: 'Cut paris from the daemon',
    means: 'Users chat on, and the daemon sees nothing of it.',
    begin: ['cut link daemon-home'],
    end: ['heal link daemon-home'],
  },
  {
    id: 'hang-instance',
    label: `Hang ${HOME_PRIMARY}`,
    means: 'The principal takes connections and never answers.',
    begin: [`hung instance ${HOME_PRIMARY}`],
    end: [`up instance ${HOME_PRIMARY}`],
  },
  {
    id: 'lose-disk',
    label: `Lose the disk of ${HOME_PRIMARY}`,
    means: 'The files of mgc are gone when the instance starts again, which it does at once.',
    begin: [`lose files ${HOME_PRIMARY} mgc`, `down instance ${HOME_PRIMARY}`, `up instance ${HOME_PRIMARY}`],
    end: [`mend files ${HOME_PRIMARY} mgc`, `down instance ${HOME_PRIMARY}`, `up instance ${HOME_PRIMARY}`],
  },
  {
    id: 'fill-disk',
    label: 'Fill the disk of the backup share',
    means: 'No log backup can be written any more; those that are there can be read.',
    begin: ['fill share'],
    end: ['free share'],
  },
  {
    id: 'lose-share',
    label: 'Lose the backup share',
    means: 'No log backup can be written, read or copied.',
    begin: ['down share'],
    end: ['up share'],
  },
];
