import { request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { GameScore, type GameLook } from '../../src/cli/game-day/game-score.ts';
import { GameServer } from '../../src/cli/game-day/game-server.ts';
import { GAME_TROUBLES } from '../../src/cli/game-day/game-troubles.ts';
import { parseFault } from '../../src/simulator/estate/fault-grammar.ts';
import { lostWords, mistakeLines, stopwatch } from '../../web/src/model/game-answer.ts';

const NO_MISTAKES = { refusedDecisions: 0, refusedEdits: 0, twoWritersMs: 0 };
const look = (atMs: number, more: Partial<GameLook> = {}): GameLook => ({
  atMs,
  acknowledged: 100,
  lost: 0,
  serving: true,
  converged: true,
  observedAtMs: atMs,
  mistakes: NO_MISTAKES,
  ...more,
});

function broken(): GameScore {
  const score = new GameScore();
  score.seen(look(1_000));
  score.changed('kill-site', true, 2_000);
  return score;
}

describe('the score of a game day', () => {
  test('is quiet until something is broken', () => {
    const score = new GameScore();
    score.seen(look(1_000));
    expect(score.answer(60_000)).toMatchObject({ state: 'quiet', seconds: 0 });
  });

  test('runs from the first trouble, and stands once users chat again and the pool is as declared', () => {
    const score = broken();
    score.seen(look(10_000, { converged: false, serving: false }));
    expect(score.answer(12_000)).toMatchObject({ state: 'running', seconds: 10, open: ['kill-site'] });
    score.seen(look(20_000, { acknowledged: 103 }));
    expect(score.answer(90_000)).toMatchObject({ state: 'safe', seconds: 18 });
  });

  test.each([
    ['a look of the daemon that is older than the trouble', { observedAtMs: 3_000 }],
    ['nobody who serves', { serving: false }],
    ['users who get no receipt', { acknowledged: 102 }],
    ['a pool that is not as declared', { converged: false }],
  ])('does not stand with %s', (_, more) => {
    const score = broken();
    score.seen(look(20_000, { acknowledged: 110, ...more }));
    expect(score.answer(20_000).state).toBe('running');
  });

  test('begins anew with a trouble after the pool was safe, and goes on with one before', () => {
    const score = broken();
    score.changed('lose-share', true, 5_000);
    expect(score.answer(6_000).seconds).toBe(4);
    score.seen(look(20_000, { acknowledged: 110 }));
    score.changed('kill-site', false, 30_000);
    expect(score.answer(31_000)).toMatchObject({ state: 'running', seconds: 1, open: ['lose-share'] });
  });

  test('counts what this game lost and did wrong, not what was before it', () => {
    const before = { lost: 16, mistakes: { ...NO_MISTAKES, twoWritersMs: 240_000, refusedEdits: 1 } };
    const score = new GameScore();
    score.seen(look(1_000, before));
    expect(score.answer(1_500)).toMatchObject({ lost: 0, mistakes: NO_MISTAKES });
    score.changed('kill-site', true, 2_000);
    expect(score.answer(3_000)).toMatchObject({ lost: 0, mistakes: NO_MISTAKES });
    score.seen(look(9_000, { serving: false, lost: 20, mistakes: { ...before.mistakes, refusedEdits: 3 } }));
    expect(score.answer(9_000)).toMatchObject({ lost: 4, mistakes: { ...NO_MISTAKES, refusedEdits: 2 } });
    score.seen(look(20_000, { acknowledged: 110, ...before, lost: 3 }));
    expect(score.answer(20_000)).toMatchObject({ state: 'safe', lost: 0 });
  });

  test('says of what is lost while nobody serves that it may still be saved', () => {
    expect([
      lostWords({ lost: 4, serving: false }),
      lostWords({ lost: 4, serving: true }),
      lostWords({ lost: 0, serving: false }),
    ]).toEqual(['4, unless they are saved', '4', '0']);
  });

  test('names mistakes, and none where there is none', () => {
    expect(mistakeLines({ mistakes: NO_MISTAKES })).toEqual([]);
    expect(mistakeLines({ mistakes: { refusedDecisions: 2, refusedEdits: 0, twoWritersMs: 3_000 } })).toEqual(
      ['2 decisions that the daemon refused', 'two sites could be written for 3 s'],
    );
    expect([stopwatch(0), stopwatch(67.9), stopwatch(600)]).toEqual(['0:00', '1:07', '10:00']);
  });
});

test.each(GAME_TROUBLES)('the estate knows how $id begins and ends', ({ begin, end }) => {
  for (const command of [...begin, ...end]) expect(parseFault(command).kind, command).not.toBe('unknown');
});

describe('the server of the game day', () => {
  const begun: string[] = [];

  async function ask(method: string, path: string, headers: Readonly<Record<string, string>>, body = '') {
    const server = new GameServer({
      page: new Map(),
      score: () => ({ state: 'quiet' }),
      trouble: (id) => {
        if (id === 'none') return Promise.reject(new Error('there is no trouble none'));
        begun.push(id);
        return Promise.resolve();
      },
    });
    onTestFinished(() => server.stop());
    const { port } = new URL(await server.listen());
    return new Promise<number>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
  const trouble = JSON.stringify({ id: 'kill-site', begins: true });

  test('breaks the estate for its own page, and for no page of another origin', async () => {
    expect(await ask('POST', '/trouble', { host: '127.0.0.1:1' }, trouble)).toBe(200);
    expect(begun).toEqual(['kill-site']);
    expect(await ask('POST', '/trouble', { origin: 'http://evil.example' }, trouble)).toBe(403);
    expect(await ask('POST', '/trouble', { host: 'evil.example' }, trouble)).toBe(403);
    expect(await ask('GET', '/score', { host: 'evil.example' })).toBe(403);
    expect(begun).toEqual(['kill-site']);
  });

  test('refuses what is no trouble, no JSON or too long, and shows nothing but its page', async () => {
    expect(await ask('POST', '/trouble', {}, '{"id":"none"}')).toBe(400);
    expect(await ask('POST', '/trouble', {}, 'kill')).toBe(400);
    expect(await ask('POST', '/trouble', {}, ' '.repeat(2_000))).toBe(400);
    expect(await ask('GET', '/score', {})).toBe(200);
    expect(await ask('GET', '/../settings.yaml', {})).toBe(404);
    expect(await ask('DELETE', '/score', {})).toBe(405);
  });
});
