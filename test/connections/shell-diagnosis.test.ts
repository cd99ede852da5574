import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { requestLine } from '../../src/connections/shell-frames.ts';
import { readableStderr, sshDiagnosis } from '../../src/connections/shell-diagnosis.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test.each([
  ['#< CLIXML\n<Objs Version="1.1.0.1"><Obj S="progress"><MS><S N="A">x</S></MS></Obj></Objs>', ''],
  [
    '#< CLIXML\r\n<Objs><S S="Error">it fai</S><S S="Error">led &lt;a&gt;_x000D__x000A_</S></Objs>',
    'it failed <a>',
  ],
  ['<Objs><S S="Warning">without its first line</S></Objs>\nplain', 'without its first line\nplain'],
  ['plain\r\n', 'plain'],
])('stderr %j reads %j', (text, readable) => {
  expect(readableStderr(text)).toBe(readable);
});

test.each([
  [
    '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.',
    'PCO_SSH_HOST_KEY_CHANGED',
  ],
  ['No ED25519 host key is known for h.\nHost key verification failed.', 'PCO_SSH_HOST_KEY_UNKNOWN'],
  ['u@h: Permission denied (publickey).', 'PCO_SSH_AUTH_REFUSED'],
  ['ssh: Could not resolve hostname h: Name or service not known', 'PCO_SSH_UNREACHABLE'],
  ['Timeout, server h not responding.', 'PCO_SSH_UNREACHABLE'],
  ['the cmdlet says: Permission denied', undefined],
])('the ssh client that says %j means %s', (words, code) => {
  expect(sshDiagnosis(words)).toBe(code);
});

test('a request is one line of ASCII, whatever the names in it', () => {
  const identity = 'ü\u2028\n\u{1f600}';
  const line = requestLine('1', { cmdlet: 'Get-CsPool', parameters: { Identity: identity } });
  expect(line).toMatch(/^[\x20-\x7e]+\n$/);
  expect(JSON.parse(line)).toEqual({
    id: '1',
    cmdlet: 'Get-CsPool',
    parameters: { Identity: identity },
    computer: null,
  });
});

test('the build brings the scripts along', () => {
  const target = mkdtempSync(path.join(os.tmpdir(), 'pchat-build-'));
  try {
    execFileSync(process.execPath, [path.join(root, 'scripts/copy-scripts.mjs'), target]);
    for (const name of ['json.ps1', 'channel.ps1'])
      expect(readFileSync(path.join(target, 'connections/powershell', name))).toEqual(
        readFileSync(path.join(root, 'src/connections/powershell', name)),
      );
    expect(readFileSync(path.join(root, 'package.json'), 'utf8')).toMatch(
      /"build": ".*copy-scripts\.mjs dist\b/,
    );
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
});
