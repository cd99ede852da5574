/** A device that does not open tells of the way of whoever asked: no file is given up for it. */
import { expect, test } from 'vitest';
import { HeaderCache } from '../../src/observers/backup-headers.ts';
import { folderFacts } from '../../src/observers/log-chain.ts';
import { NOT_OPENED } from '../../src/topology/log-chain.ts';

test.each([
  ['3201 Cannot open backup device. Operating system error 53; 3013 terminating', NOT_OPENED],
  ['3203 Read failed', '3203 Read failed'],
])('a header that was refused with "%s" leaves the file "%s"', (problem, told) => {
  const folder = '\\\\fs01\\mgc-logs';
  const file = { name: 'mgc_1.trn', sizeBytes: 10, modifiedAt: '2026-11-23T08:29:00.000Z' };
  const cache = new HeaderCache();
  cache.set(folder, file, { kind: 'problem', problem, retryAtMs: 0 });
  const facts = folderFacts({ folder, finished: [file], unfinished: [] }, cache, () => undefined);
  expect(facts.files.map(({ header, headerProblem }) => [header, headerProblem])).toEqual([
    ['unknown', told],
  ]);
});
