/** PowerShell's engine as `powershell.exe`, with a module SkypeForBusiness: the estate's, one that misbehaves, or none. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { LoopbackSshd } from './loopback-sshd.ts';
import { DOTNET_ENV, dotnetProgram } from './dotnet-program.ts';

export type EngineModule =
  | { readonly kind: 'estate'; readonly controlPort: number }
  /** What its Set-CsPersistentChatState did is written to the file. */
  | { readonly kind: 'mischief'; readonly file: string }
  | { readonly kind: 'none' };

export interface EngineOptions {
  readonly module: EngineModule;
  /** With a double of the endpoint OcsPowershell on fe01.contoso.com. */
  readonly endpoint?: boolean;
  /** As an account without rights; needs root. */
  readonly nobody?: boolean;
}

const NOBODY = '65534';
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Writes a program into `directory` and returns its path. */
export async function powershellIn(directory: string, options: EngineOptions): Promise<string> {
  const engine = await dotnetProgram('EngineHost');
  const modules = { estate: 'modules', mischief: 'mischief', none: 'nothing' }[options.module.kind];
  const environment = {
    DOTNET_CLI_TELEMETRY_OPTOUT: DOTNET_ENV['DOTNET_CLI_TELEMETRY_OPTOUT'] ?? '1',
    PSModulePath: path.join(path.dirname(engine), modules),
    ...(options.module.kind === 'estate' ? { ESTATE_PORT: String(options.module.controlPort) } : {}),
    ...(options.module.kind === 'mischief' ? { MISCHIEF_FILE: options.module.file } : {}),
    ...(options.endpoint === true ? { ENGINE_HOST_ENDPOINT: '1' } : {}),
    ...(options.nobody === true ? { HOME: '/tmp' } : {}),
  };
  const asWhom = options.nobody === true ? `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups ` : '';
  mkdirSync(directory, { recursive: true });
  const program = path.join(directory, 'powershell.exe');
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quoted(value)}`);
  writeFileSync(
    program,
    ['#!/bin/sh', ...exports, `exec ${asWhom}dotnet ${quoted(engine)} "$@"`, ''].join('\n'),
  );
  chmodSync(program, 0o755);
  return program;
}

/** `shell` of the settings of a stage: the engine over ssh, with the estate's module. */
export async function engineOverSsh(
  sshd: LoopbackSshd,
  directory: string,
  controlPort: number,
): Promise<Readonly<Record<string, unknown>>> {
  return {
    ssh: {
      host: '127.0.0.1',
      port: sshd.port,
      user: sshd.user,
      keyFile: sshd.keyFile,
      knownHostsFile: sshd.knownHosts('right'),
      program: await powershellIn(directory, { module: { kind: 'estate', controlPort } }),
      connectTimeout: '20s',
    },
    startDeadline: '60s',
  };
}
