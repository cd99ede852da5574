import { expect, test } from 'vitest';
import { classifyCmdletFailure } from '../../src/topology/cmdlet-failure.ts';

const record = { message: 'it failed', errorId: 'ProcessingFailed,X', category: 'InvalidOperation' };

test.each([
  [{}, 'PCO_CMDLET_FAILED'],
  [{ category: 'ConnectionError' }, 'PCO_COMPUTER_UNREACHABLE'],
  [{ category: 'openerror' }, 'PCO_COMPUTER_UNREACHABLE'],
  [{ errorId: 'CannotConnect,PSSessionStateBroken' }, 'PCO_COMPUTER_UNREACHABLE'],
  [{ errorId: '-2144108102,PSSessionOpenFailed' }, 'PCO_COMPUTER_UNREACHABLE'],
  [{ errorId: 'ComputerNotFound,PSSessionOpenFailed' }, 'PCO_COMPUTER_UNREACHABLE'],
  [{ errorId: 'NetworkPathNotFound,PSSessionOpenFailed' }, 'PCO_COMPUTER_UNREACHABLE'],
  [{ message: '###50020:XDSForceReplication: moved' }, 'PCO_CMS_READ_ONLY'],
  [{ message: 'The Central Management Store is\nread-only.' }, 'PCO_CMS_READ_ONLY'],
  [{ message: '###50020:x', category: 'ConnectionError' }, 'PCO_COMPUTER_UNREACHABLE'],
  [{ message: 'Connecting to remote server failed' }, 'PCO_CMDLET_FAILED'],
  [{ terminating: false }, 'PCO_CMDLET_INCOMPLETE'],
  [{ terminating: false, category: 'ConnectionError' }, 'PCO_COMPUTER_UNREACHABLE'],
  [{ category: 'PermissionDenied' }, 'PCO_CMDLET_NOT_PERMITTED'],
  [{ exceptions: ['X', 'System.Management.Automation.Host.HostException'] }, 'PCO_SHELL_PROMPT'],
  [{ message: 'Read and Prompt functionality is not available.' }, 'PCO_SHELL_PROMPT'],
  [{ errorId: 'AnswerTooLong,Channel' }, 'PCO_ANSWER_TOO_LONG'],
] as const)('an error record with %j is %s', (part, code) => {
  expect(classifyCmdletFailure({ ...record, ...part })).toBe(code);
});
