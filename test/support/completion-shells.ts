/** Real shells that have read pchat's completion script, and what they offer behind a line. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 30_000;

const ZSH = ['/usr/bin/zsh', '/bin/zsh'].find((program) => existsSync(program));
/** A missing part is skipped by name on a person's machine; in CI it is a failure. */
export const zshIsAbsent = ZSH === undefined && process.env['CI'] !== 'true';

/** Answers in the order of the lines. */
export type Offers = readonly (readonly string[])[];

/** `use` gets a file that holds `text`; the folder around it is removed afterwards. */
export async function withScript<T>(
  name: string,
  text: string,
  use: (file: string, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'pchat-completion-'));
  try {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return await use(file, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One answer on one line: a bar before each word. */
export const offersIn = (output: string): Offers =>
  output
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').filter((word) => word !== ''));

/** Words are those that readline makes: at blanks, and at `=`. */
const BASH_ASKS = `source "$1"
shift
for line; do
  COMP_WORDS=(\${line//=/ = })
  [[ $line == *[\\ =] ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  _pchat
  printf '|%s' "\${COMPREPLY[@]}"
  echo
done
complete -p pchat
`;

export interface BashAnswer {
  readonly offers: Offers;
  /** What `complete -p pchat` prints. */
  readonly registered: string;
}

/** In `folder`, whose files it may offer. */
export async function askBash(script: string, lines: readonly string[], folder: string): Promise<BashAnswer> {
  const args = ['--norc', '--noprofile', '-c', BASH_ASKS, 'bash', script, ...lines];
  const { stdout } = await run('bash', args, { cwd: folder, timeout: LIMIT_MS });
  return { offers: offersIn(stdout), registered: stdout.trimEnd().split('\n').at(-1) ?? '' };
}

/** The line editor wants a terminal: a shell behind zpty completes each line, and notes what its completion adds. */
const ZSH_ASKS = `zmodload zsh/zpty
zpty shell $ZSH -f -i
zpty -w shell "source \${(q)1}"
while zpty -r shell line; do :; done
`;
const ZSH_INSIDE = `autoload -Uz compinit && compinit -u -D
zstyle ':completion:*' insert-tab false
source $PCHAT_SCRIPT
compadd() {
  if [[ \${@[(I)-[ODA]]} -eq 0 ]]; then
    local -a noted
    builtin compadd -O noted "$@"
    for word in $noted; do print -rn -- "$word|" >> $PCHAT_OFFERS; done
  fi
  builtin compadd "$@"
}
ask() {
  for line in "\${(@f)PCHAT_LINES}"; do
    BUFFER=$line
    CURSOR=$#BUFFER
    print -rn -- '|' >> $PCHAT_OFFERS
    zle complete-word
    print >> $PCHAT_OFFERS
  done
  exit
}
zle -N ask
zle-line-init() { zle ask }
zle -N zle-line-init
`;

export async function askZsh(script: string, lines: readonly string[], folder: string): Promise<Offers> {
  const inside = path.join(folder, 'inside.zsh');
  const offers = path.join(folder, 'offers');
  writeFileSync(inside, ZSH_INSIDE);
  writeFileSync(offers, '');
  const env = {
    ...process.env,
    ZSH: ZSH ?? 'zsh',
    PCHAT_SCRIPT: script,
    PCHAT_OFFERS: offers,
    PCHAT_LINES: lines.join('\n'),
  };
  await run(ZSH ?? 'zsh', ['-f', '-c', ZSH_ASKS, 'zsh', inside], { cwd: folder, timeout: LIMIT_MS, env });
  return offersIn(readFileSync(offers, 'utf8'));
}
