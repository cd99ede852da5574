/** Who asked for which change, with what there was before and what there is now; also what was refused. */
import type { FastifyRequest } from 'fastify';
import type { JournalRecord } from '../ports/journal.ts';
import type { Answer, ApiRoute } from './api-route.ts';
import { callerIn, type AskedBy } from './callers.ts';

export interface AuditEntry {
  /** The name of a token or a certificate, or `local`; null: nobody who is known. */
  readonly via: string | null;
  readonly address: string;
  /** For example `approve`. */
  readonly what: string;
  /** null: of the daemon. */
  readonly pool: string | null;
  readonly status: number;
  /** The decision about the same that stood before; null: none, or nothing that is decided. */
  readonly before: object | null;
  /** As it is in the journal; null: refused. */
  readonly after: object | null;
}

interface Changed {
  readonly before: readonly JournalRecord[];
  readonly answer: Answer;
}

/** They answer the same question: does it move. */
const HOLDS: ReadonlySet<string> = new Set(['cancel', 'suspend', 'resume']);
const subjectOf = (decision: unknown): string => (HOLDS.has(String(decision)) ? 'hold' : String(decision));

export class Audit {
  readonly #options: AskedBy;
  readonly #tell: (entry: AuditEntry) => void;
  readonly #changed = new WeakMap<FastifyRequest, Changed>();

  constructor(options: AskedBy, tell: (entry: AuditEntry) => void) {
    this.#options = options;
    this.#tell = tell;
  }

  /** @param before records of the pool when it was asked */
  answered(request: FastifyRequest, before: readonly JournalRecord[], answer: Answer): void {
    this.#changed.set(request, { before, answer });
  }

  /** Once an answer has left, whoever has given it. */
  sent(route: ApiRoute, request: FastifyRequest, status: number): void {
    // A caller that sends too much would fill the log, too.
    if (route.method === 'GET' || status === TOO_MANY) return;
    const caller = callerIn(request, this.#options);
    const { name = null } = request.params as { readonly name?: string };
    const { before = [], answer } = this.#changed.get(request) ?? {};
    const after = answer?.kind === 'success' ? (answer.body as object) : null;
    const subject = after !== null && 'decision' in after ? subjectOf(after.decision) : undefined;
    this.#tell({
      via: caller === undefined ? null : (caller.name ?? 'local'),
      address: request.ip,
      what: route.path.split('/').at(-1) ?? '',
      pool: name,
      status,
      before:
        before.findLast((one) => one.kind === 'decision' && subjectOf(one.decision) === subject) ?? null,
      after,
    });
  }
}

const TOO_MANY = 429;
