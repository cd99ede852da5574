import { describe, expect, test } from 'vitest';
import { STATE_ROWS } from '../../support/state-rows.ts';
import { RowRunner } from './state-row-runner.ts';

describe('a row of the refusal table', () => {
  test.each(STATE_ROWS.map((row) => [row.id, row] as const))('%s is answered as it says', (_id, row) => {
    expect(new RowRunner().run(row)).toEqual(
      row.messages.map((each) =>
        typeof each.text === 'string' ? each : { ...each, text: expect.stringMatching(each.text) as string },
      ),
    );
  });
});
