// A child that speaks the management shell protocol and misbehaves on request: the cmdlet's name says how.
import { createInterface } from 'node:readline';

const mark = '\u001ePC1 ';
const say = (value) => process.stdout.write(`${mark}${JSON.stringify(value)}\n`);
const mode = process.argv[2];
if (mode === 'silent') setInterval(() => undefined, 1000);
else if (mode === 'dies') process.exit(3);
else {
  process.stdout.write('WARNING: profile loaded\n#< CLIXML\n');
  process.stderr.write('progress\n');
  say({ hello: { protocol: mode === 'future' ? 2 : 1, shell: 'scripted', module: 'SkypeForBusiness' } });
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, cmdlet, parameters, computer } = JSON.parse(line);
  const answer = () =>
    say({ id, ok: true, objects: [{ cmdlet, parameters, computer, pid: process.pid }], warnings: ['w'] });
  switch (cmdlet) {
    case 'Hang':
      return;
    case 'Environment':
      return say({ id, ok: true, objects: [{ names: Object.keys(process.env) }], warnings: [] });
    case 'Die':
      process.exit(1);
      return;
    case 'Noise':
      process.stdout.write(
        `{"id":"${id}","ok":true,"objects":[],"warnings":[]}\nWARNING: looks like a frame\n`,
      );
      return answer();
    case 'Broken':
      process.stdout.write(`${mark}{"id":\n`);
      return;
    case 'Slow':
      setTimeout(answer, 100);
      return;
    case 'Fail':
      return say({
        id,
        ok: false,
        error: {
          message: 'Command execution failed: no',
          errorId: 'ProcessingFailed',
          category: 'InvalidOperation',
        },
        warnings: [],
      });
    case 'Unreachable':
      return say({
        id,
        ok: false,
        error: {
          message: 'Connecting to remote server x failed',
          errorId: 'CannotConnect,PSSessionStateBroken',
          category: 'OpenError',
        },
        warnings: [],
      });
    case 'ReadOnly':
      return say({
        id,
        ok: false,
        error: { message: '###50020:XDSForceReplication: moved', errorId: 'x', category: 'y' },
        warnings: [],
      });
    default:
      return answer();
  }
});
process.stdin.on('end', () => process.exit(0));
