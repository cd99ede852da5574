/** pchat completion: the script that lets a shell complete commands, options and choices, written from commander's own tree. */
import { Argument, type Command } from 'commander';
import type { CommandNode } from './completion/command-tree.ts';

const SHELLS = ['bash', 'zsh', 'powershell'] as const;
type Shell = (typeof SHELLS)[number];

export function register(program: Command): void {
  program
    .command('completion')
    .description('prints the script that completes pchat in a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { commandTree } = await import('./completion/command-tree.ts');
      process.stdout.write(await scriptFor(shell, commandTree(program)));
    });
}

async function scriptFor(shell: Shell, tree: CommandNode): Promise<string> {
  switch (shell) {
    case 'bash':
      return (await import('./completion/completion-bash.ts')).bashCompletion(tree);
    case 'zsh':
      return (await import('./completion/completion-zsh.ts')).zshCompletion(tree);
    case 'powershell':
      return (await import('./completion/completion-powershell.ts')).powershellCompletion(tree);
  }
}
