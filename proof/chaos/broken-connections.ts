/** Every connection of the daemon to a store goes through a proxy that breaks the next exchanges of it, when told to. */
import { readFileSync, writeFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { ChaosProxy, EXCHANGE, type Deed, type Moment } from '../../test/hostile/chaos-proxy.ts';

/** The request arrives nowhere; it arrives and its answer does not; its answer breaks off inside. */
export type Breakage = 'lose requests' | 'lose answers' | 'halve answers';

const AFTER: Readonly<Record<Breakage, { readonly after: Moment['after']; readonly deed: Deed }>> = {
  'lose requests': { after: 'asked', deed: 'reset' },
  'lose answers': { after: 0, deed: 'reset' },
  'halve answers': { after: 40, deed: 'fin' },
};

interface Door {
  readonly proxy: ChaosProxy;
  /** Deeds at which it heals. */
  until: number;
}

const shortName = (name: string): string => (name.split('.')[0] ?? name).toLowerCase();

export class BrokenConnections implements AsyncDisposable {
  readonly #doors: ReadonlyMap<string, Door>;

  private constructor(doors: ReadonlyMap<string, Door>) {
    this.#doors = doors;
  }

  /** Writes the ports of the proxies into the settings. */
  static async before(settingsFile: string, stores: readonly string[]): Promise<BrokenConnections> {
    const settings = parse(readFileSync(settingsFile, 'utf8')) as {
      readonly instances: Record<string, { port: number }>;
    };
    const doors = new Map<string, Door>();
    for (const store of stores) {
      const instance = settings.instances[store];
      if (instance === undefined) throw new Error(`the settings name no ${store}`);
      const proxy = await ChaosProxy.before(instance.port);
      instance.port = proxy.port;
      doors.set(shortName(store), { proxy, until: 0 });
    }
    writeFileSync(settingsFile, stringify(settings));
    return new BrokenConnections(doors);
  }

  /** @param store by the first part of its name */
  arm(breakage: Breakage, store: string, times: number): void {
    const door = this.#doors.get(shortName(store));
    if (door === undefined) throw new Error(`no proxy stands before ${store}`);
    const { after, deed } = AFTER[breakage];
    door.until = door.proxy.deeds + times;
    door.proxy.armHeld({ exchange: 1, after }, deed);
    door.proxy.armNew({ exchange: EXCHANGE.request + 1, after }, deed);
  }

  /** Called often: what has had its deeds is whole again. */
  look(): void {
    for (const { proxy, until } of this.#doors.values()) if (proxy.deeds >= until) proxy.heal();
  }

  heal(): void {
    for (const { proxy } of this.#doors.values()) proxy.heal();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#doors.values()].map(({ proxy }) => proxy[Symbol.asyncDispose]()));
  }
}
