// Installs what `npm run test:interop` and `npm run test:e2e` need and npm cannot bring: Debian packages, as root.
// `npm test`, `npm run demo` and `npm start` need nothing of it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PACKAGES = [
  { name: 'freetds-bin', programs: ['/usr/bin/tsql'] },
  { name: 'openssh-client', programs: ['/usr/bin/ssh', '/usr/bin/ssh-keygen'] },
  { name: 'openssh-server', programs: ['/usr/sbin/sshd'] },
  { name: 'spin', programs: ['/usr/bin/spin'] },
  // Compiles what spin writes.
  { name: 'gcc', programs: ['/usr/bin/gcc'] },
  { name: 'libc6-dev', programs: ['/usr/include/stdio.h'] },
  // For systemd-analyze.
  { name: 'systemd', programs: ['/usr/bin/systemd-analyze'] },
  // Boots a Debian beside this one, in which the packed product runs as a service.
  { name: 'systemd-container', programs: ['/usr/bin/systemd-nspawn'] },
  { name: 'zsh', programs: ['/usr/bin/zsh'] },
  { name: 'prometheus', programs: ['/usr/bin/prometheus', '/usr/bin/promtool'] },
  { name: 'prometheus-alertmanager', programs: ['/usr/bin/prometheus-alertmanager', '/usr/bin/amtool'] },
  // Debian's own browser: playwright-core drives it, and downloads none.
  { name: 'chromium', programs: ['/usr/bin/chromium'] },
];

const missing = PACKAGES.filter(({ programs }) => !programs.every((program) => existsSync(program))).map(
  (entry) => entry.name,
);
if (missing.length === 0) {
  console.log('All system packages are here.');
  process.exit(0);
}
if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) {
  console.error(
    `Missing: ${missing.join(', ')}. Install them as root on Debian: apt-get install --no-install-recommends ${missing.join(' ')}`,
  );
  process.exit(1);
}
const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
const run = (...args) => spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env }).status;
let status = run('install', '-y', '-q', '--no-install-recommends', ...missing);
if (status !== 0) {
  run('update', '-q');
  status = run('install', '-y', '-q', '--no-install-recommends', ...missing);
}
// These packages start a server of their own; the tests start theirs on loopback.
for (const [name, service] of [
  ['prometheus', 'prometheus'],
  ['prometheus-alertmanager', 'prometheus-alertmanager'],
  ['openssh-server', 'ssh'],
])
  if (status === 0 && missing.includes(name) && existsSync('/run/systemd/system'))
    spawnSync('systemctl', ['disable', '--now', service], { stdio: 'ignore' });
process.exit(status ?? 1);
