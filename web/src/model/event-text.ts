/**
 * Reads server-sent events out of the text of a stream as it comes, in whatever pieces. EventSource cannot send a token, so the page
 * reads the stream with fetch. Source: HTML Standard, 9.2.6 "Interpreting an event stream". Pure but for its own buffer.
 */
export interface StreamEvent {
  readonly type: string;
  readonly data: string;
}

export class EventText {
  #rest = '';
  #lastId: string | null;

  /** @param lastId of the stream before */
  constructor(lastId: string | null) {
    this.#lastId = lastId;
  }

  /** Of the newest whole event, also of one without data; to be sent when the stream is opened again. */
  get lastId(): string | null {
    return this.#lastId;
  }

  /** Events that are whole with this piece; comments and fields that nobody reads are left out. */
  take(piece: string): readonly StreamEvent[] {
    const blocks = (this.#rest + piece).replaceAll('\r\n', '\n').split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.flatMap((block) => this.#event(block) ?? []);
  }

  #event(block: string): StreamEvent | undefined {
    let type = 'message';
    const data: string[] = [];
    for (const line of block.split('\n')) {
      const [, field = '', value = ''] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
      if (field === 'id') this.#lastId = value;
      if (field === 'event') type = value;
      if (field === 'data') data.push(value);
    }
    return data.length === 0 ? undefined : { type, data: data.join('\n') };
  }
}
