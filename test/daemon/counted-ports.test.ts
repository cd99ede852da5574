import { expect, test } from 'vitest';
import type { ActuatorPorts } from '../../src/actuators/step-context.ts';
import { countedPorts } from '../../src/daemon/counted-ports.ts';
import type { SqlStatement } from '../../src/ports/sql-connection.ts';
import { SeededRandom } from '../../src/simulation/seeded-random.ts';
import { SimulatedClock } from '../../src/simulation/simulated-clock.ts';
import { instanceName } from '../support/desired-pool.ts';
import { NOW_MS } from '../support/facts.ts';

const { signal } = new AbortController();
const statement: SqlStatement = { name: 'x', text: 'select 1', parameters: {}, mode: 'batch' };

/** Ports at which nobody answers. */
function deadPorts(): ActuatorPorts {
  const dead = (): Promise<never> => Promise.reject(new Error('nobody answers'));
  return {
    clock: new SimulatedClock(NOW_MS),
    random: new SeededRandom(1),
    sql: {
      observer: () => ({ run: dead }),
      open: () => Promise.resolve({ run: dead, [Symbol.asyncDispose]: () => Promise.resolve() }),
    },
    shell: { invoke: dead },
    files: { reaches: () => true, list: dead, copy: dead, move: dead, removeUnfinished: dead },
  };
}

test('every request counts once, by what was asked, also when nobody answers', async () => {
  const counted: string[] = [];
  const { sql, shell, files } = countedPorts(deadPorts(), {
    instance: (instance, connection) => counted.push(`${instance} ${connection}`),
    shell: () => counted.push('shell'),
    folder: (operation) => counted.push(operation),
  });
  const paris = instanceName('sql-par-1');
  const options = { signal, deadlineMs: 1 };
  await using own = await sql.open(paris, signal);
  const requests = [
    () => sql.observer(paris).run(statement, options),
    () => own.run(statement, options),
    () => shell.invoke({ cmdlet: 'Get-CsService', parameters: {} }, options),
    () => files.list('f', signal),
    () => files.copy('f', 'g', { signal }),
    () => files.move('f', 'g', { signal }),
    () => files.removeUnfinished('f', { signal }),
  ];
  for (const request of requests) await expect(request()).rejects.toThrow('nobody answers');
  expect(counted).toEqual([
    'sql-par-1.contoso.com observer',
    'sql-par-1.contoso.com own',
    'shell',
    'list',
    'copy',
    'move',
    'remove',
  ]);
});
