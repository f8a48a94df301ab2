/** Longer lines are somebody's fault. */
const lineLengthMax = 16_384;

export interface ServerEvent {
  /** '' for a sign of life. */
  readonly data: string;
  /** Undefined where this event names no new position. */
  readonly id: string | undefined;
}

/** Reads server-sent events (HTML § 9.2.6) of one line of data each. */
export class EventStream {
  readonly #onEvent: (event: ServerEvent) => void;
  #rest = '';
  #data = '';
  #id: string | undefined;

  constructor(onEvent: (event: ServerEvent) => void) {
    this.#onEvent = onEvent;
  }

  /** @throws {RangeError} where a line does not end */
  push(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#readLine(line);
    if (this.#rest.length > lineLengthMax) throw new RangeError('the line of an event is too long');
  }

  #readLine(line: string): void {
    if (line === '') {
      if (this.#data !== '' || this.#id !== undefined) this.#onEvent({ data: this.#data, id: this.#id });
      this.#data = '';
      this.#id = undefined;
    } else if (line.startsWith('data: ')) this.#data = line.slice(6);
    else if (line.startsWith('id: ')) this.#id = line.slice(4);
  }
}
