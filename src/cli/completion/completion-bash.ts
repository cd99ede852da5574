/** Completion for bash 4 and later; the package bash-completion is not needed. */
import type { CommandNode, Words } from './command-tree.ts';
import { commandPaths, placeCases, valueCases, type Offered } from './completion-cases.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const patterns = (texts: readonly string[]): string => texts.map(quoted).join(' | ');
const list = (words: readonly Offered[]): string => quoted(words.map(({ word }) => word).join(' '));

function offer(words: Words): string {
  switch (words.kind) {
    case 'choices':
      return `_pchat_words ${quoted(words.choices.join(' '))}`;
    case 'file':
      return '_pchat_files';
    case 'free':
      return ':';
  }
}

/** Bash breaks words at `=`: `--output=json` arrives as three. */
const HEAD = `_pchat_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word"); }
_pchat_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
_pchat() {
  local word=\${COMP_WORDS[COMP_CWORD]} flag=\${COMP_WORDS[COMP_CWORD - 1]} path=pchat at
  COMPREPLY=()
  if [[ $word == '=' ]]; then
    word=
  elif [[ $flag == '=' ]]; then
    flag=\${COMP_WORDS[COMP_CWORD - 2]}
  fi`;

const TAIL = `  if [[ $word == -* ]]; then
    _pchat_words "$flags"
  elif [[ -n $files ]]; then
    _pchat_files
  else
    _pchat_words "$words"
  fi
}
complete -F _pchat pchat
`;

export function bashCompletion(tree: CommandNode): string {
  const values = valueCases(tree).map(({ keys, words }) => `  ${patterns(keys)}) ${offer(words)}; return ;;`);
  const places = placeCases(tree).map(
    ({ path, flags, words, files }) =>
      `  ${quoted(path)}) flags=${list(flags)} words=${list(words)} files=${files ? 'yes' : ''} ;;`,
  );
  return `# Completion of pchat for bash. To keep it: pchat completion bash > /etc/bash_completion.d/pchat
${HEAD}
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$path \${COMP_WORDS[at]}" in
    ${patterns(commandPaths(tree))}) path+=" \${COMP_WORDS[at]}" ;;
    esac
  done
  case "$path $flag" in
${values.join('\n')}
  esac
  local flags= words= files=
  case "$path" in
${places.join('\n')}
  esac
${TAIL}`;
}
