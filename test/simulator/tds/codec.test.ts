/** The pieces of the codec alone, against bytes worked out by hand from MS-TDS. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CellValue, SqlType } from '../../../src/simulator/sql-tokens.ts';
import { ByteReader } from '../../../src/simulator/tds/byte-reader.ts';
import { ByteWriter } from '../../../src/simulator/tds/byte-writer.ts';
import { dayNumber, formatDay, formatInstant, parseInstant } from '../../../src/simulator/tds/calendar.ts';
import { decodeCodePage, encodeCodePage } from '../../../src/simulator/tds/code-page.ts';
import { decimalBytes, formatDecimal, parseDecimal } from '../../../src/simulator/tds/decimal.ts';
import { readLogin7 } from '../../../src/simulator/tds/login7.ts';
import { framePackets, MessageAssembler, PacketReader } from '../../../src/simulator/tds/packets.ts';
import {
  chooseEncryption,
  parseServerVersion,
  readPreloginEncryption,
  writePrelogin,
} from '../../../src/simulator/tds/prelogin.ts';
import { readTypeInfo } from '../../../src/simulator/tds/types-in.ts';
import { writeTypeInfo, writeValue } from '../../../src/simulator/tds/types-out.ts';
import { login7 } from './raw-client.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('frames a message as packets of the size wanted, the last with the end bit', () => {
  const framing = { type: 4, packetSize: 512, processId: 51, firstNumber: 1, endOfMessage: true };
  const packets = framePackets(new Uint8Array(600), framing);
  expect(packets.map((packet) => hexOf(packet.subarray(0, 8)))).toEqual([
    '0400020000330100',
    '0401006800330200',
  ]);
});

test('joins packets however the stream is cut', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 1500 }), { minLength: 1, maxLength: 4 }),
      cuts,
      (payloads, sizes) => {
        const framing = { type: 1, packetSize: 512, processId: 0, firstNumber: 1, endOfMessage: true };
        const stream = Buffer.concat(payloads.flatMap((payload) => framePackets(payload, framing)));
        const [reader, assembler] = [new PacketReader(), new MessageAssembler()];
        const seen: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          for (const packet of reader.push(stream.subarray(at, at + size))) {
            const message = assembler.add(packet, 10_000);
            if (message !== undefined) seen.push(message.payload);
          }
          at += size;
        }
        expect(seen.map(hexOf)).toEqual(payloads.map(hexOf));
      },
    ),
    { numRuns: 50 },
  );
});

test.each([
  ['a packet shorter than its header', '0101000700000100'],
  ['a packet longer than 32767 bytes', '0101ffff00000100'],
])('refuses %s', (_name, header) => {
  expect(() => new PacketReader().push(Buffer.from(header, 'hex'))).toThrow('packet length');
});

test('refuses a message beyond its limit', () => {
  const packet = { type: 1, status: 0, payload: Buffer.alloc(600) };
  const assembler = new MessageAssembler();
  assembler.add(packet, 1000);
  expect(() => assembler.add(packet, 1000)).toThrow('longer than 1000 bytes');
});

test('writes PRELOGIN with big-endian offsets and version', () => {
  expect(hexOf(writePrelogin(parseServerVersion('13.0.5108.50'), 1))).toBe(
    '00001a0006' +
      '0100200001' +
      '0200210001' +
      '0300220000' +
      '0400220001' +
      'ff' +
      '0d0013f43200' +
      '01' +
      '00' +
      '00',
  );
});

const [off, on, notSupported, required] = [0, 1, 2, 3];
test.each([
  ['on', off, off, 'login'],
  ['on', on, on, 'all'],
  ['on', notSupported, notSupported, 'none'],
  ['on', required, on, 'all'],
  ['required', off, required, 'all'],
  ['required', on, on, 'all'],
  ['required', notSupported, required, 'all'],
  ['not-supported', off, notSupported, 'none'],
  ['not-supported', on, notSupported, 'none'],
] as const)('with encryption %s answers a client that says %i with %i: %s', (mode, client, answer, scope) => {
  expect(chooseEncryption(mode, client)).toEqual({ answer, scope });
});

test('reads the encryption wish of a client and takes its absence for "not supported"', () => {
  expect(readPreloginEncryption(Buffer.from('0100060001ff03', 'hex'))).toBe(required);
  expect(readPreloginEncryption(Buffer.from('ff', 'hex'))).toBe(notSupported);
  expect(() => readPreloginEncryption(Buffer.from('01ffff0001ff', 'hex'))).toThrow('outside');
});

test('undoes the scrambling of a password', () => {
  // 'a' 0x61: halves swapped 0x16, XOR 0xA5 is 0xB3; 0x00 becomes 0xA5.
  const read = readLogin7(login7({ password: Uint8Array.of(0xb3, 0xa5), database: 'mgc', packetSize: 100 }));
  expect(read.request).toEqual({
    login: 'pchat',
    password: 'a',
    database: 'mgc',
    host: 'OPS1',
    program: 'raw',
  });
  expect(read.packetSize).toBe(512);
});

const valueBytes: readonly (readonly [string, SqlType, CellValue, string])[] = [
  [
    'an LSN',
    { name: 'numeric', precision: 25, scale: 0 },
    '36000000034400001',
    '0d0101e7f62dcfe57f0000000000',
  ],
  ['a negative decimal', { name: 'numeric', precision: 5, scale: 2 }, '-123.45', '050039300000'],
  [
    'a uniqueidentifier',
    { name: 'uniqueidentifier' },
    '6F9619FF-8B86-D011-B42D-00C04FC964FF',
    '10ff19966f868b11d0b42d00c04fc964ff',
  ],
  ['datetime', { name: 'datetime' }, '1900-01-02T00:00:01', '08010000002c010000'],
  ['datetime2(0)', { name: 'datetime2', scale: 0 }, '0001-01-02T00:00:01', '06010000010000'],
  [
    'datetimeoffset(0)',
    { name: 'datetimeoffset', scale: 0 },
    '0001-01-02T01:00:01+01:00',
    '08010000010000' + '3c00',
  ],
  ['nvarchar NULL', { name: 'nvarchar', length: 5 }, null, 'ffff'],
  ['nvarchar(max) NULL', { name: 'nvarchar', length: 'max' }, null, 'ffffffffffffffff'],
  [
    'varbinary(max)',
    { name: 'varbinary', length: 'max' },
    Uint8Array.of(7),
    '0100000000000000' + '01000000' + '07' + '00000000',
  ],
  ['variant of int', { name: 'sql_variant' }, 3, '06000000' + '3800' + '03000000'],
];
test.each(valueBytes)('writes %s as its bytes', (_name, type, value, bytes) => {
  const writer = new ByteWriter(1);
  writeValue(writer, type, value);
  expect(hexOf(writer.take())).toBe(bytes);
});

test.each<readonly [string, SqlType, CellValue]>([
  ['text longer than its column', { name: 'nvarchar', length: 2 }, 'abc'],
  ['a number beyond int', { name: 'int' }, 2 ** 31],
  ['more digits than the precision', { name: 'numeric', precision: 3, scale: 0 }, '1234'],
  ['text in an int', { name: 'int' }, 'x'],
  ['a number as text', { name: 'nvarchar', length: 5 }, 1],
  ['a date that is none', { name: 'datetime' }, 'yesterday'],
])('never puts %s on the wire', (_name, type, value) => {
  expect(() => writeValue(new ByteWriter(), type, value)).toThrow();
});

describe('what is written can be read again', () => {
  const roundTrip = (type: SqlType, value: CellValue): CellValue => {
    const writer = new ByteWriter();
    writeTypeInfo(writer, type);
    writeValue(writer, type, value);
    const reader = new ByteReader(writer.take());
    const read = readTypeInfo(reader).read(reader);
    expect(reader.remaining).toBe(0);
    return read;
  };

  test('for numbers of up to 38 digits', () => {
    const number = fc.tuple(
      fc.integer({ min: 1, max: 38 }),
      fc.bigInt({ min: 0n, max: 10n ** 38n - 1n }),
      fc.boolean(),
    );
    fc.assert(
      fc.property(number, ([precision, digits, negative]) => {
        const magnitude = digits % 10n ** BigInt(precision);
        const value = formatDecimal(negative ? -magnitude : magnitude, 0);
        expect(roundTrip({ name: 'numeric', precision, scale: 0 }, value)).toBe(value);
      }),
    );
  });

  test('for text, also in the code page', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        expect(roundTrip({ name: 'nvarchar', length: 'max' }, text)).toBe(text);
        expect(roundTrip({ name: 'nvarchar', length: 2000 }, text)).toBe(text);
      }),
    );
    const all = decodeCodePage(Uint8Array.from({ length: 256 }, (_, index) => index));
    expect([...encodeCodePage(all)]).toEqual(Array.from({ length: 256 }, (_, index) => index));
    expect(decodeCodePage(encodeCodePage('漢'))).toBe('?');
  });

  test('for dates from year 1 to 9999', () => {
    const instant = fc.record({
      day: fc.integer({ min: 1, max: dayNumber(9999, 12, 30) }),
      ticks: fc.bigInt({ min: 0n, max: 864_000_000_000n - 1n }),
      offsetMinutes: fc.integer({ min: -840, max: 840 }),
    });
    fc.assert(
      fc.property(instant, ({ day, ticks, offsetMinutes }) => {
        const nanoseconds = ticks * 100n;
        const local = formatInstant({ day, nanoseconds, offsetMinutes: undefined }, 7);
        expect(roundTrip({ name: 'datetime2', scale: 7 }, local)).toBe(local);
        const zoned = formatInstant({ day, nanoseconds, offsetMinutes }, 7);
        expect(roundTrip({ name: 'datetimeoffset', scale: 7 }, zoned)).toBe(zoned);
      }),
    );
  });
});

test('counts days as the Gregorian calendar does', () => {
  expect([dayNumber(1, 1, 1), dayNumber(1900, 1, 1), dayNumber(9999, 12, 31)]).toEqual([
    0, 693_595, 3_652_058,
  ]);
  for (let day = 0; day < 3_652_058; day += 997) {
    const iso = formatDay(day);
    // 719162 days from 0001-01-01 to 1970-01-01.
    expect(iso).toBe(new Date((day - 719_162) * 86_400_000).toISOString().slice(0, 10));
    expect(parseInstant(iso).day).toBe(day);
  }
});

test.each([
  ['1.005', 5, 2, 101n],
  ['-1.004', 5, 2, -100n],
  ['7', 5, 2, 700n],
  [42, 5, 0, 42n],
  [9007199254740993000100001n, 25, 0, 9007199254740993000100001n],
] as const)('scales %s to numeric(%i,%i)', (value, precision, scale, scaled) => {
  expect(parseDecimal(value, precision, scale)).toBe(scaled);
});

test('takes the bytes for a decimal that its precision needs', () => {
  expect([9, 10, 19, 20, 28, 29, 38].map(decimalBytes)).toEqual([4, 8, 8, 12, 12, 16, 16]);
});
