/** Lines of the management shell's child as frames, and answers as values or errors. Pure. */
import type { CmdletAnswer, CmdletRequest } from '../ports/management-shell.ts';
import { classifyCmdletFailure, type CmdletFailureRecord } from '../topology/cmdlet-failure.ts';
import { PoolError } from '../topology/pool-error.ts';

const MARK = '\u001ePC1 ';
const PROTOCOL = 1;

interface AnswerFrame {
  readonly kind: 'answer';
  readonly id: string;
  readonly ok: boolean;
  readonly objects: readonly Readonly<Record<string, unknown>>[];
  readonly warnings: readonly string[];
  readonly error: (CmdletFailureRecord & { readonly target: string }) | undefined;
}

export type ShellFrame =
  | { readonly kind: 'noise' }
  | { readonly kind: 'broken'; readonly problem: string }
  | { readonly kind: 'hello'; readonly shell: string; readonly elevated: boolean | undefined }
  /** It cannot start, and says why. */
  | { readonly kind: 'failed'; readonly errorId: string; readonly message: string }
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
    const { protocol, shell, elevated } = value['hello'];
    return protocol === PROTOCOL
      ? { kind: 'hello', shell: text(shell), elevated: typeof elevated === 'boolean' ? elevated : undefined }
      : broken(`protocol ${JSON.stringify(protocol)} instead of ${PROTOCOL}`);
  }
  if (isRecord(value['failed'])) {
    const { errorId, message } = value['failed'];
    return { kind: 'failed', errorId: text(errorId), message: text(message) };
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
    error: isRecord(error) ? errorOf(error) : undefined,
  };
}

const errorOf = (error: Readonly<Record<string, unknown>>): NonNullable<AnswerFrame['error']> => ({
  message: text(error['message']),
  errorId: text(error['errorId']),
  category: text(error['category']),
  target: text(error['target']),
  exceptions: texts(error['exceptions']),
  terminating: error['terminating'] !== false,
});

/** @param elevated of the shell that answered; undefined: it did not say */
export function answerOf(cmdlet: string, frame: ShellFrame, elevated: boolean | undefined): CmdletAnswer {
  if (frame.kind !== 'answer')
    throw new PoolError('PCO_UNEXPECTED_ANSWER', `${cmdlet}: ${frame.kind} instead of an answer`);
  if (frame.ok) return { objects: frame.objects, warnings: frame.warnings };
  const { error } = frame;
  if (error === undefined) throw new PoolError('PCO_UNEXPECTED_ANSWER', `${cmdlet} failed without an error`);
  const { message, errorId, category, target } = error;
  const code = classifyCmdletFailure(error);
  const about = [category, errorId, target].filter(Boolean).join(', ');
  throw new PoolError(
    code === 'PCO_CMDLET_NOT_PERMITTED' && elevated === false ? 'PCO_SHELL_NOT_ELEVATED' : code,
    `${cmdlet} failed: ${message} (${about})`,
  );
}

/** The request as one line of ASCII: no code page on the way can change a name. */
export function requestLine(id: string, request: CmdletRequest): string {
  const { cmdlet, parameters } = request;
  const json = JSON.stringify({ id, cmdlet, parameters, computer: request.computer ?? null });
  const ascii = json.replace(
    /[\u007f-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${ascii}\n`;
}
