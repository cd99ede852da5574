/** Completion for Windows PowerShell 5.1 and later; names of files are left to PowerShell itself. */
import type { CommandNode } from './command-tree.ts';
import { placeCases, valueCases, type Offered } from './completion-cases.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Word and description by turns; a tool tip must not be empty. */
const pairs = (words: readonly Offered[]): string =>
  words
    .map(({ word, description }) => `${quoted(word)}, ${quoted(description === '' ? word : description)}`)
    .join(', ');

const BODY = `  $place = 'pchat'
  $flag = ''
  $front = ''
  $elements = $line.CommandElements
  for ($at = 1; $at -lt $elements.Count; $at++) {
    if ($word -ne '' -and $elements[$at].Extent.EndOffset -ge $cursor) { break }
    $flag = $elements[$at].Extent.Text
    if ($places.ContainsKey("$place $flag")) { $place = "$place $flag" }
  }
  if ($word -match '^(--[a-z-]+)=(.*)$') {
    $flag = $Matches[1]
    $front = "$flag="
    $word = $Matches[2]
  }
  if ($values.ContainsKey("$place $flag")) { $offered = $values["$place $flag"] }
  elseif ($word.StartsWith('-')) { $offered = $flags[$place] }
  else { $offered = $places[$place] }
  for ($at = 0; $at -lt $offered.Count; $at += 2) {
    if ($offered[$at].StartsWith($word)) {
      $text = $front + $offered[$at]
      [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $offered[$at + 1])
    }
  }`;

const table = (name: string, rows: readonly (readonly [string, readonly Offered[]])[]): string =>
  [
    `  $${name} = @{`,
    ...rows.map(([key, offered]) => `    ${quoted(key)} = @(${pairs(offered)})`),
    '  }',
  ].join('\n');

export function powershellCompletion(tree: CommandNode): string {
  const places = placeCases(tree);
  const values = valueCases(tree).flatMap(({ keys, words }) => {
    const choices = words.kind === 'choices' ? words.choices : [];
    const offered = choices.map((word) => ({ word, description: '' }));
    return keys.map((key) => [key, offered] as const);
  });
  return `# Completion of pchat for PowerShell. To keep it: pchat completion powershell >> $PROFILE
Register-ArgumentCompleter -Native -CommandName pchat -ScriptBlock {
  param($word, $line, $cursor)
${table(
  'places',
  places.map(({ path, words }) => [path, words]),
)}
${table(
  'flags',
  places.map(({ path, flags }) => [path, flags]),
)}
${table('values', values)}
${BODY}
}
`;
}
