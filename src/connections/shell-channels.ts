/**
 * The three ways to a management shell, each as a child process of this daemon: PowerShell here, PowerShell behind the system's
 * ssh client, PowerShell here with a session of an OcsPowershell endpoint. Command lines are lists of arguments and hold nothing but
 * what the settings say; names of pools and servers never come near them.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ManagementShellSettings } from './management-shell.ts';
import { sshDiagnosis } from './shell-diagnosis.ts';

export interface SshTarget {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** PowerShell on the other side. */
  readonly program: string;
  readonly connectTimeoutMs: number;
}

const script = (name: string): URL => new URL(`powershell/${name}`, import.meta.url);

const NO_PERSON = ['-NoLogo', '-NoProfile', '-NonInteractive'] as const;
/** Of silence of the server while the connection stands: OpenSSH's own pulse, s, and how many may be missed. */
const PULSE_S = 5;
const MISSED_PULSES = 3;

const startLine = (connectionUri: string | null): string => JSON.stringify({ start: { connectionUri } });

export const localChannel = (program: string, startDeadlineMs: number): ManagementShellSettings => ({
  command: program,
  // Policies of the machine still rule; Bypass only takes the place of its default.
  args: [...NO_PERSON, '-ExecutionPolicy', 'Bypass', '-File', fileURLToPath(script('channel.ps1'))],
  preamble: [startLine(null)],
  startDeadlineMs,
});

/** Unverified: no OcsPowershell endpoint was at hand. The child runs here and has no module of its own. */
export const remotingChannel = (
  program: string,
  connectionUri: string,
  startDeadlineMs: number,
): ManagementShellSettings => ({
  ...localChannel(program, startDeadlineMs),
  preamble: [startLine(connectionUri)],
});

/**
 * All that the other side is told to run, always the same: it reads the two parts of the script from its input, one line each,
 * and hands the rest of the input on to them.
 */
const BOOTSTRAP = [
  `$reader = [IO.StreamReader]::new([Console]::OpenStandardInput(), [Text.UTF8Encoding]::new($false))`,
  `$part = { [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($reader.ReadLine())) }`,
  `. ([scriptblock]::Create((& $part)))`,
  `& ([scriptblock]::Create((& $part))) -Reader $reader`,
].join('\n');

/** A value of OpenSSH's configuration: quoted, and without its % tokens. */
const value = (text: string): string => `"${text.replaceAll('%', '%%')}"`;

/** What OpenSSH must not take from anybody's configuration. */
const options = (target: SshTarget): readonly string[] => [
  'BatchMode=yes',
  'StrictHostKeyChecking=yes',
  `UserKnownHostsFile=${value(target.knownHostsFile)}`,
  `GlobalKnownHostsFile=${value(target.knownHostsFile)}`,
  'UpdateHostKeys=no',
  'VerifyHostKeyDNS=no',
  'PreferredAuthentications=publickey',
  'IdentitiesOnly=yes',
  'IdentityAgent=none',
  `IdentityFile=${value(target.keyFile)}`,
  `ConnectTimeout=${String(Math.max(1, Math.ceil(target.connectTimeoutMs / 1000)))}`,
  'ConnectionAttempts=1',
  `ServerAliveInterval=${String(PULSE_S)}`,
  `ServerAliveCountMax=${String(MISSED_PULSES)}`,
  'ControlMaster=no',
  'ControlPath=none',
  'ClearAllForwardings=yes',
  'ForwardAgent=no',
  'PermitLocalCommand=no',
  'LogLevel=ERROR',
];

export function sshChannel(target: SshTarget, startDeadlineMs: number): ManagementShellSettings {
  const encoded = Buffer.from(BOOTSTRAP, 'utf16le').toString('base64');
  const parts = ['json.ps1', 'channel.ps1'].map((name) => readFileSync(script(name)).toString('base64'));
  return {
    command: 'ssh',
    args: [
      '-F',
      'none',
      '-T',
      ...options(target).flatMap((option) => ['-o', option]),
      '-p',
      String(target.port),
      '-l',
      target.user,
      '--',
      target.host,
      [target.program, ...NO_PERSON, '-EncodedCommand', encoded].join(' '),
    ],
    preamble: [...parts, startLine(null)],
    startDeadlineMs,
    diagnose: sshDiagnosis,
  };
}
