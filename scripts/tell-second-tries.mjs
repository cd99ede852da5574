// A vitest reporter: appends to the file named by SECOND_TRIES each test that failed first and passed when tried again.
// `.ci/run` tries a test once more (`--retry=1`), because real sockets, processes and clocks share its machine with strangers;
// what needed that is told at the end, so that it is mended and never forgotten. A run by hand tries nothing twice.
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';

const LINES = 6;
const head = (text) => text.split('\n').slice(0, LINES).join('\n    ');

export default class TellSecondTries {
  onTestCaseResult(test) {
    const file = process.env['SECOND_TRIES'];
    if (file === undefined || test.diagnostic()?.flaky !== true) return;
    const name = relative(process.cwd(), test.module.moduleId);
    const why = (test.result().errors ?? []).map((error) => head(String(error.stack ?? error.message)));
    appendFileSync(
      file,
      `== passed at the second try: ${name} > ${test.fullName}\n    ${why.join('\n    ')}\n`,
    );
  }
}
