import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const channels = ['http.server.request.start', 'net.client.socket'];

/** Follows every request served and every connection made in this process, to tell which of them are still held by something. */
export class KeptObjects {
  readonly #seen: WeakRef<object>[] = [];
  readonly #onMessage = (message: unknown) => {
    const { response, socket } = message as { response?: object; socket: object };
    // A response holds its request, and both their exchange.
    this.#seen.push(new WeakRef(response ?? socket));
  };

  constructor() {
    for (const channel of channels) subscribe(channel, this.#onMessage);
  }

  get seen(): number {
    return this.#seen.length;
  }

  close(): void {
    for (const channel of channels) unsubscribe(channel, this.#onMessage);
  }

  /** How many are left once garbage is collected. */
  async count(): Promise<number> {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as (options: { execution: 'async' }) => Promise<void>;
    await collectGarbage({ execution: 'async' });
    return this.#seen.filter((one) => one.deref() !== undefined).length;
  }
}
