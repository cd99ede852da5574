// A management shell that answers as it was recorded, and misbehaves: `node hostile-shell.mjs RECORDED LIVES DEED`. It misbehaves
// in its first life only, so that the next one shows whether the daemon recovers. RECORDED: answers by cmdlet and computer.
import { appendFileSync, closeSync, readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [, , recordedFile = '', livesFile = '', deed = ''] = process.argv;
const lives = (() => {
  try {
    return readFileSync(livesFile, 'utf8').trim().split('\n');
  } catch {
    return [];
  }
})();
appendFileSync(livesFile, `${process.pid}\n`);
const bad = lives.length === 0 || deed.endsWith('always') ? deed : 'healthy';
const recorded = JSON.parse(readFileSync(recordedFile, 'utf8'));
const MARK = '\u001ePC1 ';
const EOL = bad === 'CRLF' ? '\r\n' : '\n';
const out = (text) => process.stdout.write(text);
const frame = (value) => `${MARK}${JSON.stringify(value)}${EOL}`;
const forever = () => setInterval(() => undefined, 1000);
let asked = 0;

function answer({ id, cmdlet, computer, parameters }) {
  const objects = recorded[JSON.stringify([cmdlet, computer ?? null, parameters])];
  const right = { id, ok: true, objects: objects ?? [], warnings: [] };
  if (cmdlet === 'Warm-Up') return out(frame(right));
  asked += 1;
  switch (bad) {
    case 'dies in the middle of an answer':
      writeSync(1, frame(right).slice(0, 30));
      process.exit(1);
      return;
    case 'dies after an answer':
      writeSync(1, frame(right));
      process.exit(0);
      return;
    case 'dies when it is asked':
      process.exit(7);
      return;
    case 'dies by a signal':
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'prints garbage lines':
      return out(
        `{"id":"${id}","ok":true}\nPC1 {}\n\u001e\n\u001ePC2 {"id":"${id}","ok":true,"objects":[]}\n${frame(right)}`,
      );
    case 'prints half a frame':
      return out(`${frame(right).slice(0, 30)}\n`);
    case 'prints bytes that are no UTF-8':
      process.stdout.write(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a, 0x1e, 0xc0, 0x0a]));
      return out(frame(right));
    case 'prints a line of 5 MB':
      return out(`${asked > 1 ? '' : 'x'.repeat(5_000_000)}\n${frame(right)}`);
    case 'prints a line without end':
      if (asked === 1) out('x'.repeat(40_000_000));
      return;
    case 'prints without end':
      if (asked === 1)
        (function more() {
          while (out(`${'noise '.repeat(1000)}\n`));
          process.stdout.once('drain', more);
        })();
      return;
    case 'answers an unknown id':
      return out(frame({ ...right, id: 'nobody' }) + frame(right));
    case 'answers twice':
      return out(frame(right) + frame(right));
    case 'answers in a wrong shape':
      return out(frame({ id, ok: true, objects: 'none' }));
    case 'answers with a null':
      return out(`${MARK}null\n`);
    case 'fails without an error':
      return out(frame({ id, ok: false }));
    case 'answers with nothing':
      return out(frame({ ...right, objects: [] }));
    case 'answers of other pools':
      return out(
        frame({ ...right, objects: [{ Identity: 'Service:other.contoso.com', PoolState: 'FailedOver' }] }),
      );
    case 'is loud on stderr':
      if (asked === 1) process.stderr.write('noise\n'.repeat(500_000));
      return out(frame(right));
    case 'never answers':
      return;
    case 'answers too late':
      setTimeout(() => out(frame({ ...right, objects: [{ Late: true }] })), 1100);
      return;
    case 'closes its output':
      closeSync(1);
      forever();
      return;
    default:
      return out(frame(right));
  }
}

if (bad === 'dies at its start') process.exit(3);
if (bad.startsWith('ignores')) {
  process.on('SIGTERM', () => undefined);
  forever();
}
if (bad === 'dies before its hello') {
  writeSync(1, 'WARNING: loading\n');
  process.exit(1);
}
if (bad === 'says no hello') forever();
else if (bad === 'says another protocol') out(frame({ hello: { protocol: 2, shell: 'hostile' } }));
else {
  if (bad === 'begins with a byte order mark') out('\uFEFF');
  out(frame({ hello: { protocol: 1, shell: 'hostile', module: 'SkypeForBusiness' } }));
  if (bad === 'does not read') {
    process.stdin.destroy();
    closeSync(0);
    forever();
  } else {
    createInterface({ input: process.stdin }).on('line', (line) => answer(JSON.parse(line)));
    if (!bad.startsWith('ignores')) process.stdin.on('end', () => process.exit(0));
  }
}
