import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { COMMENT_LIMIT, renderPlansMarkdown } from '../../src/cli/render-plan-markdown.ts';
import type { PlanView } from '../../src/cli/render-plan.ts';
import { planViewOf } from '../../src/cli/render-status.ts';
import { desiredPool } from '../support/desired-pool.ts';
import { facts, homeLost } from '../support/facts.ts';
import { pchat, type Ended } from '../support/pchat.ts';
import { poolDocument } from '../support/pool-document.ts';
import { observed } from '../support/pool-status.ts';

const moving = desiredPool({ primarySite: 'backup', counter: 2 });
const viewOf = (world = homeLost(), pool = moving): PlanView => {
  const view = planViewOf(observed(world, pool));
  if (view === undefined) throw new Error('not planned');
  return view;
};
const withSteps = (count: number, reason: string): PlanView => {
  const view = viewOf();
  const [step] = 'steps' in view.plan ? view.plan.steps : [];
  if (step === undefined) throw new Error('no step');
  const steps = Array.from({ length: count }, () => ({ ...step, reason }));
  return { ...view, plan: { kind: 'steps', steps, statesExpanded: 1 } };
};

describe('the plan as a comment', () => {
  test.each([
    ['failover', viewOf()],
    ['blocked', viewOf(homeLost(), desiredPool())],
    ['converged', viewOf(facts(), desiredPool())],
  ])('tells what a %s does, loses and needs, as the golden file has it', async (name, view) => {
    await expect(`${renderPlansMarkdown([view])}\n`).toMatchFileSnapshot(`./__snapshots__/plan-${name}.txt`);
  });

  test('fits whatever is planned, says what is left out, and breaks no row in two', () => {
    const views = Array.from({ length: 60 }, () => withSteps(60, 'x'.repeat(5_000)));
    const text = renderPlansMarkdown(views);
    expect(text.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(text).toContain('and 20 more');
    expect(text.endsWith('`pchat plan` shows the whole.')).toBe(true);
    for (const line of text.split('\n').filter((one) => one.startsWith('|'))) expect(line).toMatch(/ \|$/);
  });

  test('makes no markup, link or mention of what names and reasons hold', () => {
    const evil = '@everyone | <img src=x> [a](https://evil.example) `code` **b** #7\n\n# head\n<details>';
    const text = renderPlansMarkdown([{ ...withSteps(1, evil), pool: evil }]);
    const prose = text.replaceAll(/\\./g, '');
    expect(prose).not.toMatch(/@|<img|\[a|`code|\*\*b|#7/);
    expect(text.split('\n').filter((line) => line.startsWith('# '))).toEqual([]);
    const [row = ''] = text.split('\n').filter((line) => line.startsWith('| 1 |'));
    expect(row.replaceAll(/\\./g, '').split('|')).toHaveLength(7);
  });

  test('says of several pools what each does', () => {
    const text = renderPlansMarkdown([viewOf(), viewOf(facts(), desiredPool({ name: 'other' }))]);
    expect(text.split('\n').filter((line) => line.startsWith('### '))).toHaveLength(2);
    expect(renderPlansMarkdown([])).toBe('No pool is declared.');
  });
});

/** Starts Node; on a busy machine that takes seconds. */
describe('pchat plan --output markdown', { timeout: 30_000 }, () => {
  const offline = (primary: string, world: unknown): Promise<Ended> => {
    const directory = mkdtempSync(path.join(tmpdir(), 'pchat-markdown-'));
    onTestFinished(() => {
      rmSync(directory, { recursive: true, force: true });
    });
    const [seen, desired] = [path.join(directory, 'facts.json'), path.join(directory, 'pools.yaml')];
    writeFileSync(seen, JSON.stringify(world));
    writeFileSync(desired, poolDocument(primary));
    return pchat('plan', '--facts', seen, '--desired', desired, '--output', 'markdown');
  };

  test('prints the comment and ends with 2 when there is something to do', async () => {
    const { code, stdout } = await offline('lyon', homeLost());
    expect(code).toBe(2);
    expect(stdout).toMatch(/^### chat: 7 steps\n/);
    expect(stdout).toContain('| 4 | recover-backup |');
  });
});
