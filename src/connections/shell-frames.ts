/** Lines of the management shell's child as frames, and answers as values or errors. Pure. */
import type { CmdletAnswer } from '../ports/management-shell.ts';
import { classifyCmdletFailure } from '../topology/cmdlet-failure.ts';
import { PoolError } from '../topology/pool-error.ts';

const MARK = '\u001ePC1 ';
const PROTOCOL = 1;

interface AnswerFrame {
  readonly kind: 'answer';
  readonly id: string;
  readonly ok: boolean;
  readonly objects: readonly Readonly<Record<string, unknown>>[];
  readonly warnings: readonly string[];
  readonly error:
    { readonly message: string; readonly errorId: string; readonly category: string } | undefined;
}

export type ShellFrame =
  | { readonly kind: 'noise' }
  | { readonly kind: 'broken'; readonly problem: string }
  | { readonly kind: 'hello'; readonly shell: string }
  | AnswerFrame;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];
const broken = (problem: string): ShellFrame => ({ kind: 'broken', problem });

export function parseFrame(line: string): ShellFrame {
  if (!line.startsWith(MARK)) return { kind: 'noise' };
  let value: unknown;
  try {
    value = JSON.parse(line.slice(MARK.length));
  } catch {
    // The line's own text says more than the parser's message; it is in the problem.
    return broken(`no JSON: ${line.slice(MARK.length, 100)}`);
  }
  if (!isRecord(value)) return broken('no object');
  if (isRecord(value['hello'])) {
    const { protocol, shell } = value['hello'];
    return protocol === PROTOCOL
      ? { kind: 'hello', shell: text(shell) }
      : broken(`protocol ${JSON.stringify(protocol)} instead of ${PROTOCOL}`);
  }
  const { id, ok, objects, warnings, error } = value;
  if (typeof id !== 'string' || typeof ok !== 'boolean') return broken('neither hello nor answer');
  if (ok && !(Array.isArray(objects) && objects.every(isRecord)))
    return broken(`answer ${id} has no objects`);
  if (!ok && !isRecord(error)) return broken(`answer ${id} has no error`);
  return {
    kind: 'answer',
    id,
    ok,
    objects: ok ? (objects as Record<string, unknown>[]) : [],
    warnings: texts(warnings),
    error: isRecord(error)
      ? {
          message: text(error['message']),
          errorId: text(error['errorId']),
          category: text(error['category']),
        }
      : undefined,
  };
}

export function answerOf(cmdlet: string, frame: ShellFrame): CmdletAnswer {
  if (frame.kind !== 'answer')
    throw new PoolError('PCO_UNEXPECTED_ANSWER', `${cmdlet}: ${frame.kind} instead of an answer`);
  if (frame.ok) return { objects: frame.objects, warnings: frame.warnings };
  const { message = '', errorId = '', category = '' } = frame.error ?? {};
  throw new PoolError(
    classifyCmdletFailure({ message, errorId, category }),
    `${cmdlet} failed: ${message} (${[category, errorId].filter(Boolean).join(', ')})`,
  );
}
