import { describe, expect, test } from 'vitest';
import { textLine } from '../../src/daemon/log-text.ts';
import { createLogger, type LoggerOptions } from '../../src/daemon/logger.ts';
import type { Log } from '../../src/daemon/log.ts';
import { PoolError } from '../../src/topology/pool-error.ts';

function logged(options: LoggerOptions, say: (log: Log) => void): string {
  const lines: string[] = [];
  say(createLogger('debug', { ...options, destination: { write: (line: string) => void lines.push(line) } }));
  return lines.join('');
}
const belowHead = (text: string): readonly string[] => text.split('\n').slice(1, -1);
const stepDone = (log: Log): void => {
  log
    .with({ pool: 'contoso-chat' })
    .info('step done', { round: 'e1-r7', step: 'mirror-backup:backup', result: 'done', seedStep: null });
};

describe('a line of the log for people', () => {
  test('begins with time, level, pool, round and step, and names the rest', () => {
    expect(logged({ format: 'text' }, stepDone)).toMatch(
      /^\d{4}-\d\d-\d\dT\S+Z info {2}contoso-chat e1-r7 mirror-backup:backup step done: result=done\n$/,
    );
  });

  test('has its level in colour only where that is asked for', () => {
    const warn = (log: Log): void => {
      log.warn('will try again');
    };
    expect(logged({ format: 'text', colour: true }, warn)).toContain('\u001b[33mwarn \u001b[0m will try');
    expect(logged({ format: 'text' }, warn)).not.toContain('\u001b');
    expect(logged({ colour: true }, warn)).not.toContain('\u001b');
  });

  test('has an error with its cause on lines that are set in', () => {
    const cause = new Error('refused by 10.0.0.1');
    const text = logged({ format: 'text' }, (log) => {
      log.error('journal', { err: new PoolError('PCO_SQL_ERROR', 'the statement failed', { cause }) });
    });
    expect(text).toContain('\n    PoolError: the statement failed');
    expect(text).toContain('refused by 10.0.0.1');
    expect(belowHead(text).filter((line) => !line.startsWith('    '))).toEqual([]);
  });

  test.each([
    ['a line feed', 'x\n2026-01-01T00:00:00Z info forged', String.raw`\n`],
    ['an escape sequence', 'x\u001b[2Jy', String.raw`\u001b`],
    ['a control character of eight bits', 'x\u009b2Jy', String.raw`\u009b`],
    ['a change of direction', 'x\u202ey', String.raw`\u202e`],
  ])('never obeys %s in a value, a message or an error', (_what, text, shown) => {
    const line = logged({ format: 'text' }, (log) => {
      log.info(text, { pool: text, reason: text, [`x${text}`]: 1, err: { message: text } });
    });
    // eslint-disable-next-line no-control-regex -- exactly these must not be there
    expect(line).not.toMatch(/[\u001b\u009b\u202e]/);
    expect(belowHead(line).filter((more) => !more.startsWith('    '))).toEqual([]);
    expect(line).toContain(shown);
  });

  test('is the text itself, made harmless, where it is no JSON', () => {
    expect(textLine('not\u001b JSON\n', false)).toBe('not\\u001b JSON\n');
    expect(textLine('7\n', false)).toBe('7\n');
  });

  test('holds no secret that the JSON line holds not', () => {
    const text = logged({ format: 'text' }, (log) => {
      log.info('settings', { settings: { password: 'hunter2' }, token: 'abc', user: 'svc' });
    });
    expect(text).toContain('user=svc');
    expect(text).toContain('[secret]');
    expect(text).not.toMatch(/hunter2|abc/);
  });
});
