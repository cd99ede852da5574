import { describe, expect, test } from 'vitest';
import {
  bounded,
  digest,
  MOST_OF_SECTION,
  newestRecords,
  secretReferences,
  shownSettings,
  withoutSecrets,
} from '../../src/cli/support-bundle.ts';
import { Pseudonyms } from '../../src/recording/pseudonyms.ts';
import { FULL_SETTINGS } from '../hostile/full-documents.ts';

const names = new Pseudonyms(new Uint8Array(32));

describe('a support bundle under pseudonyms', () => {
  test('keeps words of the product, hides names and leaves out sentences and what it does not know', () => {
    const shown = digest(
      {
        pool: 'contoso-chat',
        state: 'blocked',
        conditions: [
          { type: 'Blocked', status: 'True', reason: 'NoPlan', message: 'sql-par-1 is silent', since: 'T' },
        ],
        decisions: [{ decision: 'suspend', by: 'alice', reason: 'Alice' }],
        lastError: { code: 'PCO_SQL_ERROR', message: 'on sql-par-1', step: 'mirror-home:home' },
        somethingNew: 'sql-par-1',
      },
      names,
    );
    expect(shown).toEqual({
      pool: names.of('contoso-chat'),
      state: 'blocked',
      conditions: [{ type: 'Blocked', status: 'True', reason: 'NoPlan', since: 'T' }],
      lastError: { code: 'PCO_SQL_ERROR', step: 'mirror-home:home' },
    });
    expect(JSON.stringify(shown)).not.toMatch(/contoso|sql-par|alice/i);
  });
});

describe('secrets in a support bundle', () => {
  test('are blanked out wherever they stand, also in keys and more than once', () => {
    const value = { note: ['x hunter2 y hunter2'], 'is-hunter2': 1, small: 'abc' };
    expect(withoutSecrets(value, ['hunter2', 'abc'])).toEqual({
      note: ['x [secret] y [secret]'],
      'is-[secret]': 1,
      small: 'abc',
    });
  });

  test('are looked for behind every reference that the settings can hold', () => {
    const found = new Set(
      FULL_SETTINGS.flatMap((one) => secretReferences(one)).map((one) => JSON.stringify(one)),
    );
    const references = new Set(JSON.stringify(FULL_SETTINGS).match(/\{"env":"[^"]*"\}/g));
    expect(references.size).toBeGreaterThan(6);
    expect([...references].filter((reference) => !found.has(reference))).toEqual([]);
    expect([...found].filter((reference) => reference.includes('desired-state'))).toEqual([]);
  });

  test('that are arguments of the shell are withheld', () => {
    const shell = { command: ['pwsh', '-Password', 'hunter2'], startDeadline: '1s' };
    expect(shownSettings({ shell, log: {} })).toEqual({
      shell: { command: ['pwsh', 'withheld', 'withheld'], startDeadline: '1s' },
      log: {},
    });
    expect(shownSettings({ shell: { local: {} } })).toEqual({ shell: { local: {} } });
  });
});

describe('the size of a support bundle', () => {
  test('has a bound for each part', () => {
    const part = { value: 'x'.repeat(MOST_OF_SECTION) };
    expect(bounded(part)).toMatchObject({ missing: expect.stringContaining('larger') as string });
    expect(bounded({ value: 1 })).toEqual({ value: 1 });
  });

  test('lets the newest records of the journal in, and of large ones fewer', () => {
    const small = Array.from({ length: 3_000 }, (_, seq) => ({ seq }));
    expect(newestRecords(small).at(0)).toEqual({ seq: 2_000 });
    const large = Array.from({ length: 100 }, (_, seq) => ({ seq, text: 'x'.repeat(100_000) }));
    const kept = newestRecords(large);
    expect(kept.at(-1)?.seq).toBe(99);
    expect(kept.length).toBeGreaterThan(20);
    expect(JSON.stringify(kept).length).toBeLessThan(MOST_OF_SECTION);
  });
});
