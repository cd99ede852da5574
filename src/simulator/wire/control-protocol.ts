/** Lines between the estate and those who drive it from another process (shell child, command line): one JSON object each. */
import type { CmdletOutcome } from '../estate-contract.ts';

export type ControlRequest =
  | {
      readonly kind: 'cmdlet';
      readonly id: string;
      readonly cmdlet: string;
      readonly parameters: Readonly<Record<string, unknown>>;
      readonly computer: string | null;
    }
  | { readonly kind: 'fault'; readonly id: string; readonly command: string }
  | { readonly kind: 'post'; readonly id: string; readonly client: string; readonly text: string }
  | { readonly kind: 'status'; readonly id: string }
  | { readonly kind: 'checker'; readonly id: string }
  /** The sender is a management shell: it wants to hear when the shell goes down. */
  | { readonly kind: 'shell'; readonly id: string };

export type ControlAnswer =
  | { readonly kind: 'cmdlet'; readonly id: string; readonly outcome: CmdletOutcome }
  | { readonly kind: 'done'; readonly id: string; readonly value: unknown }
  | { readonly kind: 'refused'; readonly id: string; readonly problem: string }
  | { readonly kind: 'shell-down' };

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** undefined: not a request. */
export function parseControlRequest(line: string): ControlRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // Noise on the control port is answered like any other thing that is no request.
    return undefined;
  }
  if (!isRecord(value) || typeof value['id'] !== 'string') return undefined;
  const { id, kind } = value;
  switch (kind) {
    case 'cmdlet': {
      const { cmdlet, parameters, computer } = value;
      if (typeof cmdlet !== 'string' || !isRecord(parameters)) return undefined;
      return { kind, id, cmdlet, parameters, computer: typeof computer === 'string' ? computer : null };
    }
    case 'fault':
      return typeof value['command'] === 'string' ? { kind, id, command: value['command'] } : undefined;
    case 'post': {
      const { client, text } = value;
      return typeof client === 'string' && typeof text === 'string' ? { kind, id, client, text } : undefined;
    }
    case 'status':
    case 'checker':
    case 'shell':
      return { kind, id };
    default:
      return undefined;
  }
}

/** Splits what arrives into lines; the rest waits for more. */
export class LineSplitter {
  #rest = '';

  push(text: string): readonly string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.filter((line) => line.trim() !== '');
  }
}
