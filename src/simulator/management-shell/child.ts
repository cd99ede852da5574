/**
 * The Node double of the management shell: speaks docs/management-shell-protocol.md on its own stdio and hands every cmdlet to
 * the estate's control port. It owns its process and ends it at once, as a shell that dies does: when its stdin closes, when the estate
 * goes, and when the estate says that the shell is down.
 */
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { LineSplitter, type ControlAnswer } from '../wire/control-protocol.ts';

const MARK = '\u001ePC1 ';
const HELLO = 'hello';

function frame(value: unknown): void {
  process.stdout.write(`${MARK}${JSON.stringify(value)}\n`);
}

function answer(received: ControlAnswer): void {
  if (received.kind === 'shell-down') process.exit(1);
  if (received.kind === 'done') {
    // The estate has taken the subscription: only now is the shell ready.
    frame({ hello: { protocol: 1, shell: 'simulated management shell', module: 'SkypeForBusiness' } });
    return;
  }
  if (received.kind === 'refused' && received.id === HELLO) process.exit(1);
  if (received.kind === 'refused') {
    const error = { message: received.problem, errorId: 'Refused', category: 'InvalidOperation' };
    frame({ id: received.id, ok: false, error, warnings: [] });
    return;
  }
  const { id, outcome } = received;
  if (outcome.ok) {
    frame({ id, ok: true, objects: outcome.objects, warnings: outcome.warnings });
    return;
  }
  const { message, errorId, category, warnings } = outcome;
  frame({ id, ok: false, error: { message, errorId, category }, warnings });
}

function main(): void {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const socket = connect({ port: Number(values.port), host: '127.0.0.1' });
  socket.on('error', () => process.exit(1));
  socket.on('close', () => process.exit(1));
  // Real shells say things that are no protocol; whoever reads must cope.
  process.stdout.write('WARNING: This is the simulated management shell.\n');
  socket.on('connect', () => socket.write(`${JSON.stringify({ kind: 'shell', id: HELLO })}\n`));
  const fromEstate = new LineSplitter();
  socket.setEncoding('utf8').on('data', (chunk) => {
    for (const line of fromEstate.push(chunk.toString())) answer(JSON.parse(line) as ControlAnswer);
  });
  const fromDaemon = new LineSplitter();
  process.stdin.setEncoding('utf8').on('data', (chunk) => {
    for (const line of fromDaemon.push(chunk.toString()))
      socket.write(`${JSON.stringify({ kind: 'cmdlet', ...(JSON.parse(line) as object) })}\n`);
  });
  process.stdin.on('end', () => process.exit(0));
}

main();
