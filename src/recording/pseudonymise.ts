/**
 * Facts, desired state, decisions and judgements with every name replaced. Whatever is not listed here as free of names is taken
 * for a name: a field that is added later is hidden until somebody decides that it may be seen. Free texts are withheld whole.
 */
import { NOT_OPENED, NOT_READ_YET } from '../topology/log-chain.ts';
import { ERROR_CODES } from '../topology/pool-error.ts';
import { DRIFT_ANSWERS } from '../topology/pool-topology.ts';
import type { Judgement } from './judgement.ts';
import type { Pseudonyms } from './pseudonyms.ts';

const WITHHELD = 'withheld';

/** Fields whose text is a word of the products, an instant, a log position or a unique identifier, by what holds them. */
const KEPT: ReadonlySet<string> = new Set(
  [
    // facts
    'namesake state access recoveryModel role safety witnessState type status restoreMode command partnerSync',
    'kind code version observedAt at startedAt finishedAt modifiedAt lastBackupAt lastCopiedAt lastRestoredAt backupStartedAt backupFinishedAt clocks unansweredSince synchronized unusableSince',
    'poolState localPoolState chatService centralManagement',
    'positionLsn forkPointLsn redoTargetLsn failoverLsn firstLsn lastLsn checkpointLsn databaseBackupLsn',
    'familyGuid forkGuid firstForkGuid lastForkGuid configPoolId',
    'id primaryId secondaryId backupJobId copyJobId restoreJobId channelId chatId chatDate revision',
    // desired state; `role` stands above
    'backupEvery copyEvery restoreEvery retention backupThreshold restoreThreshold',
    'mode evidence silentAfter maxDataLoss mirrorBeforeActivation fenceReturnedCopy failback drainTimeout stepTimeout stallTimeout',
    // decisions; `state` of a break-glass stands above
    'decision site steps expiresAt',
  ]
    .join(' ')
    .split(' '),
);
/** Objects whose keys are names. */
const KEYED_BY_NAMES: ReadonlySet<string> = new Set(
  'instances databases shippingPrimary shippingSecondary chatServers clocks unansweredSince synchronized unusableSince datacenters'.split(
    ' ',
  ),
);

/** `policy.drift` has keys that elsewhere hold names, such as `witness`: only its three words are kept. */
const isDriftAnswer = (key: string, value: unknown): boolean =>
  key === 'drift' && DRIFT_ANSWERS.some((answer) => answer === value);

type Fields = Readonly<Record<string, unknown>>;

/** What a person or an instance said may hold anything; the meaning of its code may be told. */
function sentenceFor({ code }: Fields): string {
  const rows: Readonly<Record<string, { readonly meaning: string }>> = ERROR_CODES;
  return (typeof code === 'string' ? rows[code]?.meaning : undefined) ?? WITHHELD;
}

class Walk {
  readonly #names: Pseudonyms;

  constructor(names: Pseudonyms) {
    this.#names = names;
  }

  value(key: string, value: unknown): unknown {
    if (typeof value === 'string') return this.#text(key, value);
    if (Array.isArray(value)) return value.map((item: unknown) => this.value(key, item));
    return typeof value === 'object' && value !== null ? this.#fields(key, value as Fields) : value;
  }

  #fields(key: string, fields: Fields): Fields {
    const named = KEYED_BY_NAMES.has(key);
    return Object.fromEntries(
      Object.entries(fields).map(([field, value]) => {
        if (isDriftAnswer(key, value)) return [field, value];
        if (named) return [this.#names.of(field), this.value(typeof value === 'string' ? key : '', value)];
        return [field, field === 'reason' ? sentenceFor(fields) : this.value(field, value)];
      }),
    );
  }

  #text(key: string, text: string): string {
    if (text === 'unknown' || KEPT.has(key)) return text;
    if (key === 'headerProblem') return text === NOT_READ_YET || text === NOT_OPENED ? text : WITHHELD;
    // The word for a store that runs unmirrored on purpose.
    if (key === 'mirror' && text === 'none') return text;
    return this.#names.of(text);
  }
}

/** Plain data that holds facts, a desired state as it was written, or decisions. */
export const pseudonymised = <T>(value: T, names: Pseudonyms): T => new Walk(names).value('', value) as T;

export function pseudonymisedJudgement(judgement: Judgement, names: Pseudonyms): Judgement {
  const { evidence, ledger } = judgement;
  const told = (one: Judgement['evidence']['home']): Judgement['evidence']['home'] => ({
    ...one,
    signs: one.signs.map(({ source, says }) => ({ source: names.of(source), says })),
  });
  const lines = ledger.lines.map((line) => ({
    ...line,
    file: line.file === null ? null : names.of(line.file),
  }));
  return {
    ...judgement,
    evidence: { home: told(evidence.home), backup: told(evidence.backup) },
    ledger: { ...ledger, lines },
  };
}
