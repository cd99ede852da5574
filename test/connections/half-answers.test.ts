/** Answers that break off inside a result: what was not finished must not be read as if it were all. */
import { expect, test } from 'vitest';
import { AnswerCollector } from '../../src/connections/answer-collector.ts';
import type { SqlToken } from '../../src/simulator/sql-tokens.ts';
import {
  columns,
  done,
  end,
  error,
  failedDone,
  int,
  row,
  startScripted,
} from '../simulator/tds/scripted-server.ts';
import { batch, failure, never, one, SQL1, world } from './driver-world.ts';

const second = { signal: never, deadlineMs: 1000 };
const lockTimeout = error(1222, 16, 'Lock request time out period exceeded.');
const inProcedure = (failed: boolean): SqlToken => ({
  kind: 'done',
  rows: undefined,
  failed,
  inProcedure: true,
});

test.each([
  ['before its first row', [columns(['n', int]), lockTimeout, failedDone()]],
  ['after some rows', [columns(['n', int]), row(1), row(2), lockTimeout, failedDone()]],
  ['inside a procedure', [columns(['n', int]), row(1), lockTimeout, inProcedure(true)]],
] as const)('a SELECT that fails %s has no result, and its error is told', async (_when, failed) => {
  await using w = await world({
    answer: () => [
      columns(['a', int]),
      row(7),
      done(),
      ...failed,
      columns(['z', int]),
      row(9),
      done(),
      end(),
    ],
  });
  const { resultSets, errors } = await w.instances.observer(SQL1).run(batch('x'), second);
  expect(resultSets.map((set) => set.columns)).toEqual([['a'], ['z']]);
  expect(errors.map(({ number }) => number)).toEqual([1222]);
});

test.each([
  ['a batch', done()],
  ['a procedure', inProcedure(false)],
] as const)(
  'a finished result of %s outlives the failure of the next statement',
  async (_where, finished) => {
    await using w = await world({
      answer: () => [columns(['a', int]), row(7), finished, lockTimeout, failedDone(), end(true)],
    });
    const { resultSets } = await w.instances.observer(SQL1).run(batch('x'), second);
    expect(resultSets).toEqual([{ columns: ['a'], rows: [{ a: 7 }] }]);
  },
);

test('an error of severity 20 ends the held connection, and the next request is answered over a new one', async () => {
  let killed = false;
  await using w = await world({
    answer: () => {
      if (killed) return one(1);
      killed = true;
      return [error(596, 21, 'the session is in the kill state'), failedDone(), end(true)];
    },
  });
  const observer = w.instances.observer(SQL1);
  const { errors } = await observer.run(batch('x'), second);
  expect(errors.map(({ number }) => number)).toEqual([596]);
  expect((await observer.run(batch('y'), second)).resultSets).toHaveLength(1);
  expect(w.server.logins).toHaveLength(2);
});

test('refuses a server without TLS before the login, as one that answers', async () => {
  await using bare = await startScripted({ encryption: 'not-supported' });
  await using w = await world({}, 1000, { port: bare.port });
  const refused = await failure(w.instances.open(SQL1, never));
  expect(refused.code).toBe('PCO_CERTIFICATE_REFUSED');
  expect(refused.message).not.toMatch(/false/);
  expect(bare.logins).toEqual([]);
});

test('keeps no more of an answer than it may hold in memory', () => {
  const collector = new AnswerCollector(undefined);
  const type = undefined;
  collector.columns([{ name: 't', type }]);
  const megabyte = 'x'.repeat(1024 * 1024);
  for (let count = 0; count < 200; count += 1) collector.row([megabyte]);
  expect(collector.failure?.code).toBe('PCO_UNEXPECTED_ANSWER');
  expect(collector.answer().resultSets[0]?.rows.length).toBeLessThan(100);
});
