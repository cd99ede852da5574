/** pchat token create: a bearer token for another program, printed once, and the lines of the settings that know it by its hash. */
import { createHash, randomBytes } from 'node:crypto';
import { Option, type Command } from 'commander';
import { print, withOutput, type OutputOptions } from './command-options.ts';

const TOKEN_BYTES = 32;

export function register(program: Command): void {
  const token = program.command('token').description('bearer tokens of the HTTP interface');
  withOutput(token.command('create'))
    .description('prints a new token once, and the lines for http.tokens of the settings')
    .argument('<name>', 'the person or program; its decisions carry this name')
    .addOption(
      new Option('--role <role>', 'what it may do')
        .choices(['view', 'operate', 'approve'])
        .makeOptionMandatory(),
    )
    .action(create);
}

function create(name: string, options: OutputOptions & { readonly role: string }): void {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const { role } = options;
  const sha256 = createHash('sha256').update(token).digest('hex');
  print(options, { token, settings: { name, sha256, role } }, () =>
    [
      `token, shown only now: ${token}`,
      'in the settings:',
      'http:',
      '  tokens:',
      `    - { name: ${JSON.stringify(name)}, sha256: ${sha256}, role: ${role} }`,
    ].join('\n'),
  );
}
