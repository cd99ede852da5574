/** The commands, options and choices of pchat as plain values, out of commander's own tree; completion is written from nothing else. */
import type { Command } from 'commander';

/** What a word may be: one of these, the name of a file, or anything. */
export type Words =
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'file' }
  | { readonly kind: 'free' };

export interface OptionNode {
  /** For example `-o` and `--output`. */
  readonly flags: readonly string[];
  readonly description: string;
  /** undefined: it takes no value. */
  readonly value: Words | undefined;
}

export interface CommandNode {
  /** Words from the program's name on: `pchat estate fault`. */
  readonly path: string;
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionNode[];
  /** One entry for each argument, in their order. */
  readonly arguments: readonly Words[];
  readonly commands: readonly CommandNode[];
}

/** Names of values that commands give to files and folders. */
const FILE_NAMES = new Set(['file', 'files', 'path', 'paths', 'folder', 'directory', 'plan']);

function wordsOf(name: string, choices: readonly string[] | undefined): Words {
  if (choices !== undefined && choices.length > 0) return { kind: 'choices', choices };
  return { kind: FILE_NAMES.has(name) ? 'file' : 'free' };
}

/** `-f, --facts <file>` names its value `file`. */
const valueName = (flags: string): string => /[<[]([^\]>.]+)/.exec(flags)?.[1] ?? '';

export function commandTree(command: Command, above = ''): CommandNode {
  const help = command.createHelp();
  const path = `${above} ${command.name()}`.trimStart();
  return {
    path,
    name: command.name(),
    description: command.description(),
    options: help
      .visibleOptions(command)
      .map(({ flags, short, long, description, argChoices, ...option }) => ({
        flags: [short, long].filter((flag) => flag !== undefined),
        description,
        value: option.required || option.optional ? wordsOf(valueName(flags), argChoices) : undefined,
      })),
    arguments: command.registeredArguments.map((argument) => wordsOf(argument.name(), argument.argChoices)),
    commands: help.visibleCommands(command).map((child) => commandTree(child, path)),
  };
}

/** Every command of the tree, each after the one it belongs to. */
export const everyCommand = (node: CommandNode): readonly CommandNode[] => [
  node,
  ...node.commands.flatMap(everyCommand),
];
