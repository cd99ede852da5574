/** Appends records as fast as it can and prints the number of each once it is acknowledged; a test kills it. */
import { hostClock } from '../../src/daemon/host/host-clock.ts';
import { openJournal } from '../../src/daemon/journal.ts';
import { acquireLease } from '../../src/daemon/lease.ts';

const folder = process.argv[2] ?? '';
const lease = acquireLease(folder, 0);
const journal = await openJournal(folder, hostClock, lease.epoch);
process.stdout.write(`epoch ${lease.epoch}\n`);
for (;;) {
  const record = await journal.append({ kind: 'started', version: 'x'.repeat(200) });
  process.stdout.write(`${record.seq}\n`);
}
