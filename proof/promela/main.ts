/** `npm run spin`: the intact model under both policies, then without each guard; ends with 1 when a verdict is another one. */
import { checkIntact, checkWithout, GUARDS, spinIsMissing } from './spin.ts';

if (spinIsMissing) {
  console.error('spin or gcc is not installed: npm run setup');
  process.exit(1);
}
let wrong = 0;
for (const policy of ['proven', 'silent'] as const) {
  const { errors, states, whole, story } = await checkIntact(policy);
  if (errors > 0 || !whole) wrong += 1;
  console.log(`evidence ${policy}: ${errors} errors, ${states} states${whole ? '' : ', NOT ALL OF THEM'}`);
  for (const line of story) console.log(`    ${line}`);
}
for (const guard of GUARDS) {
  const { errors, story } = await checkWithout(guard);
  if (errors === 0) wrong += 1;
  console.log(`${guard}: ${errors === 0 ? 'NOT NOTICED' : 'two writers'}`);
  for (const line of story) console.log(`    ${line}`);
}
process.exitCode = wrong === 0 ? 0 : 1;
