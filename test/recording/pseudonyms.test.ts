import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgementOf } from '../../src/recording/judgement.ts';
import { pseudonymisedJudgement } from '../../src/recording/pseudonymise.ts';
import { Pseudonyms } from '../../src/recording/pseudonyms.ts';
import { readRecording } from '../../src/recording/recording-lines.ts';
import { RecordingWriter, type LookedAt } from '../../src/recording/write-recording.ts';
import { verdictWords } from '../../src/topology/evidence.ts';
import { lookedAt, WORLDS } from './renamed-worlds.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const namesOf = (bytes: Uint8Array): Pseudonyms => new Pseudonyms(bytes);
const FIXED = namesOf(new Uint8Array(32).fill(7));

/** Of hosts, folders, domains: short and long, so that NetBIOS would cut some. */
const label = fc
  .stringMatching(/^[a-z][a-z0-9-]{0,22}[a-z0-9]$/)
  .filter((text) => !/^(mgc|mgccomp|tcp|trn|bak|tail)$/.test(text));
const renaming = fc
  .record({
    'sql-par-1': label,
    'sql-par-2': label,
    'sql-lyo-1': label,
    'chat-par-1': label,
    'chat-lyo-2': label,
    contoso: label,
    fs01: label,
    'mgc-logs': label,
    lscopy: label,
    paris: label,
    lyon: label,
  })
  .filter((names) => new Set(Object.values(names)).size === Object.keys(names).length);

function recorded(look: LookedAt, names: Pseudonyms): ReturnType<typeof readRecording> {
  const writer = new RecordingWriter('test', names);
  const text = `${writer.header(look.nowMs)}${writer.round(look).text}`;
  return readRecording(new TextEncoder().encode(text), 'test.jsonl');
}

test(
  'what is decided on pseudonyms is what was decided on the names, under its pseudonym',
  { timeout: 30_000 },
  () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(WORLDS)),
        fc.constantFrom('paris' as const, 'lyon' as const),
        fc.nat(15),
        renaming,
        key,
        (world, primary, decided, renames, bytes) => {
          const look = lookedAt({ world, primary, decided, names: renames });
          const [round] = recorded(look, namesOf(bytes)).rounds;
          if (round === undefined) throw new Error('no round');
          const onNames = judgementOf(look.pool, look.facts, look.decisions, look.nowMs);
          const onPseudonyms = judgementOf(round.pool, round.facts, round.decisions, Date.parse(round.at));
          expect(onPseudonyms).toEqual(pseudonymisedJudgement(onNames, namesOf(bytes)));
        },
      ),
      { numRuns: 30 },
    );
  },
);

test('the worlds of that property differ in what they decide', () => {
  const kinds = Object.keys(WORLDS).flatMap((world) =>
    (['paris', 'lyon'] as const).map((primary) => {
      const { pool, facts, nowMs } = lookedAt({ world, primary, decided: 0 });
      const { plan, evidence, ledger, variables } = judgementOf(pool, facts, [], nowMs);
      return `${primary} ${plan.kind} ${plan.steps.join()} ${verdictWords(evidence.home)} ${String(ledger.lostFiles)} ${variables['home.holds'] ?? ''}`;
    }),
  );
  expect(new Set(kinds).size).toBeGreaterThan(12);
});

test('names that are equal but for case stay so, and different ones stay different', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
      const [one, other] = [FIXED.of(a), FIXED.of(b)];
      expect(one === other).toBe(a === b);
      expect(FIXED.of(a)).toBe(one);
    }),
  );
  const forms = ['sql-par-1', 'SQL-PAR-1', 'Sql-Par-1', 'sQl-pAr-1'].map((form) => FIXED.of(form));
  expect(new Set(forms).size).toBe(4);
  expect(new Set(forms.map((form) => form.toLowerCase())).size).toBe(1);
});

test('parts of names keep their relations: domain, instance, address, folder, file with its stamp', () => {
  const host = FIXED.of('sql-par-1');
  const domain = FIXED.of('contoso.com');
  expect(FIXED.of('sql-par-1.contoso.com')).toBe(`${host}.${domain}`);
  expect(FIXED.of('SQL-PAR-1\\CHAT')).toBe(`${host.toUpperCase()}\\CHAT`);
  expect(FIXED.of('TCP://sql-par-1.contoso.com:5022')).toMatch(
    new RegExp(`^TCP://${host}\\.${domain.replace('.', '\\.')}:n[a-z]+$`),
  );
  const folder = FIXED.of('\\\\fs01\\logs');
  expect(FIXED.of('\\\\fs01\\logs\\mgc_20261123080500.trn')).toBe(`${folder}\\mgc_20261123080500.trn`);
  expect(FIXED.of('D:\\LSCopy\\paris')).toBe(`D:\\LSCopy\\${FIXED.of('paris')}`);
});

test('a host name that NetBIOS cuts begins with the pseudonym of what is left of it', () => {
  const cut = FIXED.of('SQL-PARIS-NORTH');
  expect(cut).toHaveLength('SQL-PARIS-NORTH'.length);
  expect(FIXED.of('sql-paris-north-01').slice(0, cut.length)).toBe(cut.toLowerCase());
  expect(FIXED.of('sql-paris-north-02')).not.toBe(FIXED.of('sql-paris-north-01'));
});

test('another key gives other pseudonyms: nobody finds a name by trying likely ones', () => {
  fc.assert(
    fc.property(key, key, (one, other) => {
      fc.pre(Buffer.compare(one, other) !== 0);
      expect(namesOf(one).of('sql-par-1.contoso.com')).not.toBe(namesOf(other).of('sql-par-1.contoso.com'));
    }),
  );
});
