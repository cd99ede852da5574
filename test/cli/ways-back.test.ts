import { expect, test } from 'vitest';
import { renderWaysBack } from '../../src/cli/render-forecast.ts';
import type { WayBack } from '../../src/topology/forecast.ts';

const DOCUMENTED: WayBack = {
  way: 'documented',
  chosen: false,
  hindrance: null,
  steps: ['full-backup:backup', 'restore-home:home'],
  seconds: 1_200,
  outageSeconds: 900,
  assumed: ['restore-home:home'],
};

test('both ways back are shown with their seconds, the chosen one marked, and what was never measured counted', () => {
  const minimal: WayBack = {
    ...DOCUMENTED,
    way: 'minimal',
    chosen: true,
    steps: ['recover:home'],
    seconds: 70,
    outageSeconds: 60,
    assumed: [],
  };
  const text = renderWaysBack([DOCUMENTED, minimal]);
  expect(text).toMatch(/documented +\| 2 +\| 20\.0 min +\| 15\.0 min .*1 never measured here/);
  expect(text).toMatch(/minimal \(policy\) +\| 1 +\| 70 s +\| 60 s +\| recover:home/);
});

test('a way that cannot be taken says why instead of how, and without a choice there is no table', () => {
  const hindered: WayBack = { ...DOCUMENTED, way: 'minimal', hindrance: 'a gap', steps: [], seconds: null };
  expect(renderWaysBack([DOCUMENTED, hindered])).toContain('cannot be taken: a gap');
  expect(renderWaysBack([])).toBe('');
});
