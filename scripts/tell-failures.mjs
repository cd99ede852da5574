// Prints what failed in one vitest JSON report: the file, the test, and the first lines of each message.
// Usage: node scripts/tell-failures.mjs SUITE EXIT-STATUS REPORT
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const LINES = 12;
const [suite, status, report] = process.argv.slice(2);
const head = (text) => text.split('\n').slice(0, LINES).join('\n    ');

console.log(`== ${suite} ended with ${status}`);
try {
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    const name = relative(process.cwd(), file.name);
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    for (const test of failed)
      console.log(`  ${name} > ${test.fullName}\n    ${head(test.failureMessages.join('\n'))}`);
    if (file.status === 'failed' && failed.length === 0)
      console.log(`  ${name}\n    ${head(file.message ?? '')}`);
  }
} catch (error) {
  console.log(`  no report: ${error instanceof Error ? error.message : String(error)}`);
}
