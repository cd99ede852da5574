// One management shell over several estates, as one Central Management Store knows several pools: a request goes to the estate whose
// domain it names; one that names none goes to all, and their objects are joined. Arguments: DOMAIN PORT CHILD for each estate.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const MARK = '\u001ePC1 ';
const say = (value) => process.stdout.write(`${MARK}${JSON.stringify(value)}\n`);

const estates = [];
const open = new Map();
let ready = 0;

function join(id, answer) {
  const waiting = open.get(id);
  if (waiting === undefined) return;
  waiting.answers.push(answer);
  if (waiting.answers.length < waiting.wanted) return;
  open.delete(id);
  const good = waiting.answers.filter(({ ok }) => ok);
  if (good.length === 0) say(waiting.answers[0]);
  else
    say({
      id,
      ok: true,
      objects: good.flatMap(({ objects }) => objects),
      warnings: good.flatMap(({ warnings }) => warnings),
    });
}

function follow(domain, command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  estates.push({ domain, child });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith(MARK)) return;
    const frame = JSON.parse(line.slice(MARK.length));
    if (frame.hello === undefined) {
      join(frame.id, frame);
      return;
    }
    ready += 1;
    if (ready === estates.length) say(frame);
  });
  child.on('exit', () => process.exit(1));
}

for (const [domain, ...command] of JSON.parse(process.argv[2] ?? '[]'))
  follow(domain, command[0], command.slice(1));

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id } = JSON.parse(line);
    const named = estates.filter(({ domain }) => line.includes(domain));
    const asked = named.length === 0 ? estates : named;
    open.set(id, { wanted: asked.length, answers: [] });
    for (const { child } of asked) child.stdin.write(`${line}\n`);
  })
  .on('close', () => {
    for (const { child } of estates) child.stdin.end();
    process.exit(0);
  });
