/** A simulated estate as the bench wants it, in a process of its own. One argument: JSON of its options; prints the files of it. */
import { openPlayground, type PlaygroundOptions } from '../src/cli/estate-story/playground.ts';
import { describePlayground } from '../src/cli/estate-story/play-guide.ts';

export type ChildEstateOptions = Pick<PlaygroundOptions, 'directory' | 'factor' | 'overrides' | 'nowMs'>;

const options = JSON.parse(process.argv[2] ?? '') as ChildEstateOptions;
const playground = await openPlayground({ ...options, seed: 'bench', shareSite: 'backup' });
process.once('SIGTERM', () => void playground.stop());
process.stdout.write(`${JSON.stringify(describePlayground(playground))}\n`);
