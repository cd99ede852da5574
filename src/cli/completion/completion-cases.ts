/** What the completion scripts ask, as rows: which word leads to which command, what a value may be, what may stand at a place. */
import { everyCommand, type CommandNode, type Words } from './command-tree.ts';

export interface ValueCase {
  /** Path of the command and the flag before the value: `pchat plan --output`. */
  readonly keys: readonly string[];
  readonly words: Words;
}

export interface Offered {
  readonly word: string;
  /** Empty for choices. */
  readonly description: string;
}

export interface PlaceCase {
  /** Path of the command. */
  readonly path: string;
  readonly flags: readonly Offered[];
  /** Commands below it and choices of its arguments. */
  readonly words: readonly Offered[];
  readonly files: boolean;
}

export const placeCases = (tree: CommandNode): readonly PlaceCase[] =>
  everyCommand(tree).map((command) => ({
    path: command.path,
    flags: command.options.flatMap(({ flags, description }) => flags.map((word) => ({ word, description }))),
    words: [
      ...command.commands.map(({ name, description }) => ({ word: name, description })),
      ...command.arguments.flatMap((words) =>
        words.kind === 'choices' ? words.choices.map((word) => ({ word, description: '' })) : [],
      ),
    ],
    files: command.arguments.some(({ kind }) => kind === 'file'),
  }));

export const valueCases = (tree: CommandNode): readonly ValueCase[] =>
  everyCommand(tree).flatMap(({ path, options }) =>
    options.flatMap(({ flags, value }) =>
      value === undefined ? [] : [{ keys: flags.map((flag) => `${path} ${flag}`), words: value }],
    ),
  );

/** Paths of all commands but the program itself. */
export const commandPaths = (tree: CommandNode): readonly string[] =>
  everyCommand(tree)
    .slice(1)
    .map(({ path }) => path);
