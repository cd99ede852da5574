import { expect, test } from 'vitest';
import { pseudonymised } from '../../src/recording/pseudonymise.ts';
import { Pseudonyms } from '../../src/recording/pseudonyms.ts';
import { readRecording } from '../../src/recording/recording-lines.ts';
import { RecordingWriter } from '../../src/recording/write-recording.ts';
import { desiredStateJsonSchema } from '../../src/desired-state/schema.ts';
import { poolFactsSchema } from '../../src/topology/pool-facts.ts';
import { z } from 'zod';
import { lookedAt, WORLDS } from './renamed-worlds.ts';

const names = new Pseudonyms(new Uint8Array(32).fill(3));
const PLANTED = /zq\d+x/gi;

/** The demo's names by unique words; the service account, a person and their words besides. */
const NAMES = Object.fromEntries(
  [
    'sql-par-1',
    'sql-par-2',
    'sql-par-w',
    'sql-lyo-1',
    'sql-lyo-2',
    'sql-lyo-w',
    'contoso',
    'com',
    'fs01',
    'mgc-logs',
    'paris',
    'lyon',
    'mirroring',
    'fs-par',
    'fs-lyo',
    'quarantine',
    'chat',
    'pool',
    'rtc',
    'ChannelService',
    'ann.example',
    'ben',
    'the house burns',
    'hold',
    ...[1, 2, 3, 4].flatMap((number) => [`chat-par-${String(number)}`, `chat-lyo-${String(number)}`]),
  ].map((name, index) => [name.replaceAll('.', '\\.'), `zq${String(index)}x`]),
);

test(
  'no name of the site and no word of a person is anywhere in a pseudonymised file',
  { timeout: 20_000 },
  () => {
    const writer = new RecordingWriter('test', names);
    const lines = [writer.header(0)];
    let planted = 0;
    for (const [index, world] of Object.keys(WORLDS).entries()) {
      const primary = index % 2 === 0 ? 'paris' : 'lyon';
      const look = lookedAt({ world, primary, decided: 15, names: WITHOUT_KEYS });
      planted += JSON.stringify([look.pool, look.facts, look.decisions]).match(PLANTED)?.length ?? 0;
      lines.push(writer.round(look).text);
    }
    const text = lines.join('');
    expect(planted).toBeGreaterThan(2_000);
    expect(text.match(PLANTED)).toBeNull();
    expect(text).not.toMatch(/\b(ann|ben)\b|burns|contoso|desired-state/i);
    expect(readRecording(new TextEncoder().encode(text), 'x').rounds).toHaveLength(
      Object.keys(WORLDS).length,
    );
  },
);

/** Words that are keys or values of the document's own language cannot be renamed in its text. */
const WITHOUT_KEYS = Object.fromEntries(
  Object.entries(NAMES).filter(
    ([name]) => !['pool', 'chat', 'mirroring', 'com', 'quarantine'].includes(name),
  ),
);

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
}

/** Every value that a schema allows, one for each alternative, with a unique word wherever any text may stand. */
class Planter {
  readonly paths = new Map<string, string>();

  #word(path: string): string {
    const word = `zq${String(this.paths.size)}x`;
    this.paths.set(word, path);
    return word;
  }

  values(schema: Schema, path: string): unknown[] {
    const ways = schema.anyOf ?? schema.oneOf;
    if (ways !== undefined) return ways.flatMap((way) => this.values(way, path));
    if (schema.const !== undefined) return [schema.const];
    if (schema.enum !== undefined) return [...schema.enum];
    switch (schema.type) {
      case 'object':
        return this.#objects(schema, path);
      case 'array':
        return [this.values(schema.items ?? {}, path)];
      case 'string':
        return [this.#word(path)];
      default:
        return [1];
    }
  }

  #objects({ properties = {}, additionalProperties }: Schema, path: string): unknown[] {
    const fields = Object.entries(properties).map(
      ([name, schema]) => [name, this.values(schema, `${path}.${name}`)] as const,
    );
    const open =
      typeof additionalProperties === 'object' ? this.values(additionalProperties, `${path}.*`) : [];
    const more = open.map((value) => [this.#word(`${path} (key)`), value] as const);
    const most = Math.max(1, ...fields.map(([, values]) => values.length));
    return Array.from({ length: most }, (_, index) =>
      Object.fromEntries([
        ...fields.map(([name, values]) => [name, values[index % values.length]] as const),
        ...more,
      ]),
    );
  }
}

/** Paths of texts that a pseudonymised value still holds. */
function shown(schema: Schema): string[] {
  const planter = new Planter();
  const text = JSON.stringify(planter.values(schema, '').map((value) => pseudonymised(value, names)));
  const found = new Set([...text.matchAll(PLANTED)].map(([word]) => planter.paths.get(word) ?? word));
  return [...found].map((path) => (path.endsWith('.*') ? path.slice(1) : (path.split('.').at(-1) ?? path)));
}

const FREE_OF_NAMES = (
  'at backupFinishedAt backupJobId backupStartedAt channelId chatDate chatId checkpointLsn code command configPoolId copyJobId databaseBackupLsn ' +
  'failoverLsn familyGuid finishedAt firstForkGuid firstLsn forkGuid forkPointLsn id lastBackupAt lastCopiedAt lastForkGuid lastLsn ' +
  'lastRestoredAt lastSeen.clocks.* lastSeen.synchronized.* lastSeen.unansweredSince.* lastSeen.unusableSince.* modifiedAt observedAt partnerSync positionLsn primaryId redoTargetLsn restoreJobId secondaryId ' +
  'startedAt type version'
).split(' ');

test('of all texts that facts can hold, those that stay are words of SQL Server, instants, log positions and identifiers', () => {
  const schema = z.toJSONSchema(poolFactsSchema, { target: 'draft-7' }) as Schema;
  expect([...new Set(shown(schema))].sort()).toEqual(FREE_OF_NAMES);
});

test('of all texts that a desired state can hold, those that stay are durations', () => {
  expect([...new Set(shown(desiredStateJsonSchema() as Schema))].sort()).toEqual([
    'backupEvery',
    'backupThreshold',
    'copyEvery',
    'drainTimeout',
    'maxDataLoss',
    'restoreEvery',
    'restoreThreshold',
    'retention',
    'silentAfter',
    'stallTimeout',
    'stepTimeout',
  ]);
});
