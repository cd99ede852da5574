import { expect, test } from 'vitest';
import { observeInstance, OWN_PROGRAM } from '../../src/statements/observe-instance.ts';
import { headerColumns, readHeader } from '../../src/statements/read-header.ts';
import { readMessage } from '../../src/statements/read-message.ts';
import { programOf } from '../../src/simulator/tsql/compile.ts';
import { PoolError } from '../../src/topology/pool-error.ts';

const input = { chatDatabases: ['mgc'], databases: ['mgc', 'mgccomp'], program: OWN_PROGRAM };

test.each([
  ['11.0.7001.0', 53],
  ['12.0.2000.8', 53],
  ['12.0.2342.0', 56],
  ['13.0.6300.2', 56],
  ['15.0.4000.1', 56],
  ['16.0.1000.6', 59],
])('the header table of version %s has %d columns', (version, columns) => {
  expect(headerColumns(version)).toHaveLength(columns);
});

test('observes an instance with one batch without parameters', () => {
  const { mode, parameters, text } = observeInstance(input);
  expect([mode, parameters]).toEqual(['batch', {}]);
  expect(() => programOf(text, '')).not.toThrow();
});

test('puts odd names into the batch as data', () => {
  const odd = "m'g]c";
  const { text } = observeInstance({ ...input, chatDatabases: [odd], databases: [odd] });
  expect(() => programOf(text, '')).not.toThrow();
  expect(text).toContain("N'm''g]c'");
  expect(text).toContain("[m''g]]c].dbo.tblChat");
});

test('refuses a database name that is no name', () => {
  expect(() => observeInstance({ ...input, databases: ['mgc', 'a\nb'] })).toThrow(PoolError);
});

test('reads headers and messages with their values as parameters', () => {
  const header = readHeader("\\\\fs\\it's.trn", '13.0.1.1');
  const message = readMessage('mgc', { channelId: 'a', chatId: "b'", chatDate: '1' });
  expect(header.text).not.toContain("it's");
  expect(message.text).not.toContain("b'");
  expect(() => programOf(header.text, '@path nvarchar(max)')).not.toThrow();
  expect(() =>
    programOf(message.text, '@channelId nvarchar(max), @chatId nvarchar(max), @chatDate bigint'),
  ).not.toThrow();
});
