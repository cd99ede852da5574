/** Small C# programs around parts that we did not write. Their sources are in `programs/`, one folder each; .NET builds them here. */
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAMS = fileURLToPath(new URL('programs/', import.meta.url));
const BUILT = fileURLToPath(new URL('../../node_modules/.cache/dotnet/bin/', import.meta.url));
const BUILD_LIMIT_MS = 180_000;

function dotnetAnswers(): boolean {
  try {
    execFileSync('dotnet', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Missing parts are skipped by name on a person's machine; in CI they are a failure. */
export const dotnetIsAbsent = process.env['CI'] !== 'true' && !dotnetAnswers();

export const DOTNET_ENV: NodeJS.ProcessEnv = {
  ...process.env,
  DOTNET_CLI_TELEMETRY_OPTOUT: '1',
  DOTNET_NOLOGO: '1',
  MSBUILDDISABLENODEREUSE: '1',
};

function fingerprint(folder: string): string {
  const hash = createHash('sha256').update(readFileSync(path.join(PROGRAMS, 'Directory.Build.props')));
  for (const name of readdirSync(folder).sort())
    hash.update(name).update(readFileSync(path.join(folder, name)));
  return hash.digest('hex');
}

/** Builds `programs/NAME/NAME.csproj` unless its sources are unchanged. Start it with `dotnet` and this path. */
export async function dotnetProgram(name: string): Promise<string> {
  const folder = path.join(PROGRAMS, name);
  const output = path.join(BUILT, name);
  const stamp = path.join(output, '.sources');
  const now = fingerprint(folder);
  const program = path.join(output, `${name}.dll`);
  if (existsSync(program) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return program;
  const args = [
    'build',
    path.join(folder, `${name}.csproj`),
    '-c',
    'Release',
    '-o',
    output,
    '--nologo',
    '-v',
    'q',
  ];
  const locked = process.env['CI'] === 'true' ? ['-p:RestoreLockedMode=true'] : [];
  await promisify(execFile)('dotnet', [...args, ...locked], {
    env: DOTNET_ENV,
    timeout: BUILD_LIMIT_MS,
    maxBuffer: 64 * 2 ** 20,
  }).catch((error: unknown) => {
    const { stdout = '', message } = error as { stdout?: string; message: string };
    throw new Error(`${name} does not build: ${stdout}\n${message}`);
  });
  mkdirSync(output, { recursive: true });
  writeFileSync(stamp, now);
  return program;
}
