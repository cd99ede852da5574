/** Completion for zsh: a file `_pchat` in a folder of `fpath`, or read with `source` after `compinit`. */
import type { CommandNode, Words } from './command-tree.ts';
import { commandPaths, placeCases, valueCases, type Offered } from './completion-cases.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
const patterns = (texts: readonly string[]): string => texts.map(quoted).join('|');

/** `_describe` parts a word from its description at the first colon. */
const described = (words: readonly Offered[]): string =>
  words
    .map(({ word, description }) => {
      const plain = word.replaceAll(':', String.raw`\:`);
      return quoted(description === '' ? plain : `${plain}:${description}`);
    })
    .join(' ');

function offer(words: Words): string {
  switch (words.kind) {
    case 'choices':
      return `compadd -- ${words.choices.map(quoted).join(' ')}`;
    case 'file':
      return '_files';
    case 'free':
      return ':';
  }
}

/** Words count from 1 in zsh. `--output=json` is one word there: what stands before the sign is put aside. */
const HEAD = `_pchat() {
  local place=pchat flag=$words[CURRENT-1] at files=
  local -a flags subjects
  if [[ $PREFIX == --*=* ]]; then
    flag=\${PREFIX%%=*}
    compset -P '*='
  fi`;

const TAIL = `  if [[ $PREFIX == -* ]]; then
    _describe -o option flags
  elif [[ -n $files ]]; then
    _files
  else
    _describe word subjects
  fi
}
if [[ $funcstack[1] == _pchat ]]; then
  _pchat "$@"
else
  compdef _pchat pchat
fi
`;

export function zshCompletion(tree: CommandNode): string {
  const values = valueCases(tree).map(({ keys, words }) => `  ${patterns(keys)}) ${offer(words)}; return ;;`);
  const places = placeCases(tree).map(
    ({ path, flags, words, files }) =>
      `  ${quoted(path)}) flags=(${described(flags)}) subjects=(${described(words)}) files=${files ? 'yes' : ''} ;;`,
  );
  return `#compdef pchat
# Completion of pchat for zsh. To keep it: pchat completion zsh > "\${fpath[1]}/_pchat"
${HEAD}
  for ((at = 2; at < CURRENT; at++)); do
    case "$place $words[at]" in
    ${patterns(commandPaths(tree))}) place+=" $words[at]" ;;
    esac
  done
  case "$place $flag" in
${values.join('\n')}
  esac
  case $place in
${places.join('\n')}
  esac
${TAIL}`;
}
