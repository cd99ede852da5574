// Runs one of the project's commands under the project's own Node 24, after installing its npm packages when the lock
// file has changed. Plain JavaScript that Node 16 can run, because it is what an older system Node starts first.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stamp = path.join(root, 'node_modules', '.installed-lock');
const bin = path.join(root, 'node_modules', '.bin');
const windows = process.platform === 'win32';
const lock = createHash('sha256')
  .update(readFileSync(path.join(root, 'package-lock.json')))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.error('Installing the npm packages named in package-lock.json (npm ci) ...');
  const install = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: windows,
  });
  if (install.status !== 0) {
    console.error('npm ci failed; see the messages above.');
    process.exit(install.status === null ? 1 : install.status);
  }
  writeFileSync(stamp, lock);
}

const [command, ...args] = process.argv.slice(2);
if (command === undefined) process.exit(0);
const node = path.join(bin, windows ? 'node.cmd' : 'node');
const script = command.endsWith('.ts') || command.endsWith('.mjs');
const program = script ? node : path.join(bin, windows ? `${command}.cmd` : command);
const child = spawn(program, script ? [command, ...args] : args, {
  cwd: root,
  stdio: 'inherit',
  shell: windows,
  env: {
    // Compiled code and stripped types are kept where only who installed the packages can write: a daemon starts in half the time.
    NODE_COMPILE_CACHE: path.join(root, 'node_modules', '.cache', 'compile'),
    ...process.env,
    PATH: bin + path.delimiter + process.env.PATH,
  },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) =>
  process.exit(signal === null ? (code ?? 1) : 128 + (signal === 'SIGINT' ? 2 : 15)),
);
