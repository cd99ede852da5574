/** npm run explore */
import { parseArgs } from 'node:util';
import { poolsOf, startWorld } from './explored-world.ts';
import { Explorer, pathOf } from './explorer.ts';
import { judgeEnds } from './judge-ends.ts';
import { judgePlans } from './judge-plans.ts';
import { shapeOf } from '../../src/reconciler/ground-rows.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '280' },
      events: { type: 'string', default: '4' },
      share: { type: 'string', default: 'backup' },
    },
  });
  const from = process.hrtime.bigint();
  const elapsed = (): number => Number(process.hrtime.bigint() - from) / 1e9;
  const start = startWorld(values.share === 'home' ? 'home' : 'backup');
  const explorer = new Explorer({
    pools: poolsOf(start),
    mayGoOn: () => elapsed() < Number(values.seconds),
    maxEvents: Number(values.events),
    progress: (line) => process.stderr.write(`${elapsed().toFixed(1)} s: ${line}\n`),
  });
  await explorer.add(start, undefined, 'converged at home', 0);
  const left = await explorer.run();
  const { ends, violations } = judgeEnds(explorer.nodes);
  explorer.violations.push(...violations);
  process.stdout.write(`${JSON.stringify(ends)}\n`);
  const exploredIn = elapsed();
  const home = poolsOf(start).home;
  const plans = judgePlans(explorer.states.vectors, shapeOf(home.topology, home.policy));
  process.stdout.write(
    `${JSON.stringify({ ...plans, wrong: plans.wrong.length })} ${(elapsed() - exploredIn).toFixed(1)} s\n${plans.wrong.slice(0, 5).join('\n')}\n`,
  );
  const groups = new Map<string, { count: number; first: string }>();
  for (const violation of explorer.violations) {
    const key = `${violation.kind} :: ${violation.what}`;
    const group = groups.get(key) ?? {
      count: 0,
      first: `${pathOf(violation.node)
        .map(({ how }) => how)
        .join(' -> ')} -> ${violation.how}\n      ${violation.details.join('\n      ')}`,
    };
    group.count += 1;
    groups.set(key, group);
  }
  for (const [key, { count, first }] of [...groups].sort((a, b) => b[1].count - a[1].count))
    process.stdout.write(`${count} x ${key}\n      ${first}\n`);
  process.stdout.write(
    `${JSON.stringify(explorer.tally)} vectors ${explorer.states.vectors.length} states ${explorer.states.size} answers ${explorer.states.answers.length} ${elapsed().toFixed(1)} s, left at ${String(left)} events, violations ${explorer.violations.length}\n`,
  );
}

await main();
