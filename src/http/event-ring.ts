/** The newest events of the stream as they are sent, within a bound, so that a client that comes back may go on where it was. */

export interface StreamedEvent {
  readonly id: string;
  /** null: about the daemon. */
  readonly pool: string | null;
  /** As it goes over the wire, the empty line at its end included. */
  readonly text: string;
}

export interface RingLimits {
  readonly events: number;
  /** Characters of all texts together. */
  readonly characters: number;
}

/** One line each: JSON.stringify writes no line break. */
export const eventText = (id: string, type: string, data: object): string =>
  `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

export class EventRing {
  readonly #epoch: number;
  readonly #limits: RingLimits;
  readonly #kept: StreamedEvent[] = [];
  #characters = 0;
  #newest = 0;

  /** @param epoch part of every id: numbers begin anew with each daemon */
  constructor(epoch: number, limits: RingLimits) {
    this.#epoch = epoch;
    this.#limits = limits;
  }

  get newestId(): string {
    return this.#idOf(this.#newest);
  }

  add(type: string, pool: string | null, data: object): StreamedEvent {
    this.#newest += 1;
    const id = this.newestId;
    const event = { id, pool, text: eventText(id, type, data) };
    this.#kept.push(event);
    this.#characters += event.text.length;
    while (this.#kept.length > this.#limits.events || this.#characters > this.#limits.characters)
      this.#characters -= this.#kept.shift()?.text.length ?? 0;
    return event;
  }

  /** What came after that event; undefined: that is no longer known. */
  since(id: string): readonly StreamedEvent[] | undefined {
    const [, epoch, number] = /^(\d{1,15})-(\d{1,15})$/.exec(id) ?? [];
    if (epoch === undefined || Number(epoch) !== this.#epoch) return undefined;
    const missing = this.#newest - Number(number);
    if (missing < 0 || missing > this.#kept.length) return undefined;
    return missing === 0 ? [] : this.#kept.slice(-missing);
  }

  #idOf(number: number): string {
    return `${String(this.#epoch)}-${String(number)}`;
  }
}
