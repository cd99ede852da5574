/** What each single link carries; the rules of mirroring are those of the reference, sections 4.3 and 7.3. */
import { describe, expect, test } from 'vitest';
import { parseFault } from '../../../src/simulator/estate/fault-grammar.ts';
import { folderReach } from '../../../src/simulator/estate/links.ts';
import { writableAtTwoSites } from '../../../src/simulator/estate/writable-sites.ts';
import { BACKUP, COPY, DrivenEstate, HOME, HOME_MIRROR, SHARE } from './driven-estate.ts';

const TIMED_OUT_MINUTES = 0.2;

function settled(...cuts: readonly string[]): DrivenEstate {
  const estate = new DrivenEstate();
  estate.minutes(1);
  if (cuts.length > 0) estate.fault(`cut link ${cuts.join(', ')}`);
  estate.minutes(TIMED_OUT_MINUTES);
  return estate;
}

/** `PRINCIPAL SYNCHRONIZED`, and whether it lets clients in. */
function copyAt(estate: DrivenEstate, instance: string): string {
  const { mirroring, state } = estate.database(instance) ?? {};
  const open = state === 'ONLINE' && mirroring?.withoutQuorum === false ? ', serves' : '';
  return `${mirroring?.role ?? 'none'} ${mirroring?.state ?? ''}${open}`;
}

const homeCopies = (estate: DrivenEstate): readonly string[] =>
  [HOME, HOME_MIRROR].map((name) => copyAt(estate, name));

describe('the names of links', () => {
  test('a site, a store and a party are ends, and one command may cut several links', () => {
    expect(parseFault('cut link home store-HOME CHAT, shell-daemon')).toEqual({
      kind: 'link',
      cut: true,
      links: ['home chat-home store', 'daemon-shell'],
    });
  });

  test.each([
    'cut link home primary',
    'cut link moon-home',
    'cut link home-share, daemon',
    'cut link home tail-share',
  ])('"%s" is no link and is refused', (command) => {
    expect(parseFault(command)).toMatchObject({ kind: 'unknown' });
  });

  test('healing takes back the cut of the same name and no other', () => {
    const estate = settled('daemon-home', 'daemon-home mirror');
    estate.fault('heal link daemon-home');
    expect(estate.state.cutLinks).toEqual(['daemon-home mirror']);
  });
});

describe('the daemon', () => {
  const answers = (estate: DrivenEstate, instance: string): boolean => {
    const connection = estate.open(instance, 'daemon');
    estate.send(instance, connection, 'SELECT 1');
    return estate.tokensOf(connection).some(({ kind }) => kind === 'end');
  };

  test('loses one instance and sees its partner', () => {
    const estate = settled('daemon-home primary');
    expect([HOME, HOME_MIRROR, BACKUP].map((name) => answers(estate, name))).toEqual([false, true, true]);
    estate.fault('heal link daemon-home primary');
    expect(answers(estate, HOME)).toBe(true);
  });

  test('reaches the copy folder through the machine of the primary', () => {
    expect(folderReach(settled('daemon-backup primary').state, 'daemon', COPY)).toEqual({ osError: 53 });
    expect(folderReach(settled('daemon-backup mirror').state, 'daemon', COPY)).toBeUndefined();
  });

  test('hears nothing from a shell that is cut off, neither at once nor of what was under way', () => {
    const estate = settled();
    const call = (id: string): void =>
      estate.input({ kind: 'cmdlet', id, cmdlet: 'Get-CsPool', parameters: {}, computer: undefined });
    const heard = (): boolean => estate.outputs.some(({ kind }) => kind === 'cmdlet-answer');
    call('under way');
    estate.fault('cut link daemon-shell');
    call('cut off');
    estate.minutes(1);
    expect(heard()).toBe(false);
    estate.fault('heal link daemon-shell');
    expect(estate.cmdlet('Get-CsPool')).toMatchObject({ ok: true });
  });

  test('asks chat servers through the links of the shell, not through its own', () => {
    const asked = (estate: DrivenEstate) =>
      estate.cmdlet('Get-CsWindowsService', { ComputerName: 'chat-par-1.contoso.com' });
    expect(asked(settled('daemon-home'))).toMatchObject({ ok: true });
    expect(asked(settled('shell-home chat'))).toMatchObject({ ok: false });
  });
});

describe('mirroring with a witness', () => {
  test('partners cut from each other that both see the witness keep their roles, and the principal serves exposed', () => {
    const estate = settled('home primary-home mirror');
    expect(homeCopies(estate)).toEqual(['PRINCIPAL DISCONNECTED, serves', 'MIRROR DISCONNECTED']);
    expect(estate.post()).toBe(true);
    estate.fault('heal link home primary-home mirror');
    estate.minutes(1);
    expect(homeCopies(estate)).toEqual(['PRINCIPAL SYNCHRONIZED, serves', 'MIRROR SYNCHRONIZED']);
  });

  test('a lost link is noticed after the time-out of ten seconds, not before', () => {
    const estate = new DrivenEstate();
    estate.minutes(1);
    estate.fault('cut link home primary-home mirror');
    estate.minutes(9 / 60);
    expect(homeCopies(estate)).toEqual(['PRINCIPAL SYNCHRONIZED, serves', 'MIRROR SYNCHRONIZED']);
    estate.minutes(1.5 / 60);
    expect(homeCopies(estate)).toEqual(['PRINCIPAL DISCONNECTED, serves', 'MIRROR DISCONNECTED']);
  });

  test('a principal cut from both stops serving, and the mirror takes over with the witness', () => {
    const estate = settled('home primary-home mirror', 'home primary-home witness');
    expect(homeCopies(estate)).toEqual(['PRINCIPAL DISCONNECTED', 'PRINCIPAL DISCONNECTED, serves']);
    estate.minutes(TIMED_OUT_MINUTES);
    expect(estate.post()).toBe(true);
    expect(estate.account()).toMatchObject({ serving: HOME_MIRROR });
    estate.fault('heal link home primary-home mirror, home primary-home witness');
    estate.minutes(1);
    expect(homeCopies(estate)).toEqual(['MIRROR SYNCHRONIZED', 'PRINCIPAL SYNCHRONIZED, serves']);
    expect(estate.account().lost).toEqual([]);
  });

  test('when all three are cut nobody serves, and a mirror that finds the witness again does not take over', () => {
    const all = ['home primary-home mirror', 'home primary-home witness', 'home mirror-home witness'];
    const estate = settled(...all);
    expect(homeCopies(estate)).toEqual(['PRINCIPAL DISCONNECTED', 'MIRROR DISCONNECTED']);
    expect(estate.post()).toBe(false);
    estate.fault('heal link home mirror-home witness');
    estate.minutes(1);
    expect(homeCopies(estate)).toEqual(['PRINCIPAL DISCONNECTED', 'MIRROR DISCONNECTED']);
  });

  test.each([
    ['home mirror-home witness', 'MIRROR DISCONNECTED'],
    ['home primary-home witness', 'PRINCIPAL DISCONNECTED, serves'],
  ])('with %s cut alone the session stands, and a principal that dies leaves a %s', (link, after) => {
    const estate = settled(link);
    expect(homeCopies(estate)).toEqual(['PRINCIPAL SYNCHRONIZED, serves', 'MIRROR SYNCHRONIZED']);
    estate.fault('down instance sql-par-1');
    estate.minutes(1);
    expect(copyAt(estate, HOME_MIRROR)).toBe(after);
  });
});

describe('chat', () => {
  test('servers cut from the store of their site acknowledge nothing', () => {
    const estate = settled('home chat-home store');
    expect([estate.connected(), estate.post()]).toEqual([[], false]);
    estate.fault('heal link home chat-home store');
    estate.minutes(1);
    expect(estate.post()).toBe(true);
  });

  test('the copies of both sites are writable only while some chat server can reach each', () => {
    const estate = settled('home-share');
    estate.sql(BACKUP, 'exec sp_delete_log_shipping_secondary_database mgc');
    estate.sql(BACKUP, 'restore database mgc with recovery');
    expect(writableAtTwoSites(estate.state)).toBe(true);
    estate.fault('cut link home chat-backup store');
    expect(writableAtTwoSites(estate.state)).toBe(true);
    estate.fault('cut link backup chat-backup store');
    expect(writableAtTwoSites(estate.state)).toBe(false);
  });
});

test('the share is cut from one site, or from one instance of it', () => {
  const viewers = ['home primary', 'home mirror', 'backup primary', 'daemon'] as const;
  const reach = (...cuts: readonly string[]): readonly boolean[] => {
    const { state } = settled(...cuts);
    return viewers.map((viewer) => folderReach(state, viewer, SHARE) === undefined);
  };
  expect(reach('home-share')).toEqual([false, false, true, true]);
  expect(reach('backup-share')).toEqual([true, true, false, true]);
  expect(reach('home primary-share')).toEqual([false, true, true, true]);
  expect(reach('daemon-share')).toEqual([true, true, true, false]);
});
