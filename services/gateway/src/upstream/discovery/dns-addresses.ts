import { type LookupAddress, promises } from 'node:dns';
import { isIP } from 'node:net';
import type { Log } from '@outlay/service-kit/log.ts';
import type { Address } from '../endpoint.ts';
import { type AddressSink, addressesMax, type EndpointSource } from './endpoint-source.ts';
import { addressOf } from './static-addresses.ts';

export interface DnsOptions {
  readonly refreshMs: number;
  readonly log: Log;
  readonly lookup?: (name: string) => Promise<LookupAddress[]>;
}

/** As connections would be looked up: with the system's search domains and hosts file. */
const lookupAll = (name: string): Promise<LookupAddress[]> => promises.lookup(name, { all: true });

/**
 * All addresses that some names have, looked up again and again (Envoy: STRICT_DNS). A name that cannot be looked up, or
 * has no address any more, keeps those that it had: names are lost by faults far more often than on purpose.
 */
export class DnsAddresses implements EndpointSource {
  readonly updates = { succeeded: 0, failed: 0 };
  readonly #options: DnsOptions;
  readonly #names: readonly Address[];
  /** By authority. */
  readonly #known = new Map<string, readonly Address[]>();
  #sink: AddressSink | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(urls: readonly string[], options: DnsOptions) {
    this.#names = urls.map(addressOf);
    this.#options = options;
    for (const name of this.#names) if (isIP(name.host)) this.#known.set(name.authority, [name]);
  }

  async start(sink: AddressSink): Promise<void> {
    this.#sink = sink;
    if (this.#known.size > 0) this.#tell();
    if (this.#known.size < this.#names.length) await this.#refresh();
  }

  close(): void {
    this.#sink = undefined;
    clearTimeout(this.#timer);
  }

  /** One round after the other: a slow resolver is not asked twice at a time. */
  async #refresh(): Promise<void> {
    const names = this.#names.filter(({ host }) => !isIP(host));
    const found = await Promise.all(names.map((name) => this.#lookUp(name)));
    if (!this.#sink) return;
    if (found.some(Boolean)) this.#tell();
    this.#timer = setTimeout(() => void this.#refresh(), this.#options.refreshMs).unref();
  }

  async #lookUp(name: Address): Promise<boolean> {
    const { lookup = lookupAll, log } = this.#options;
    try {
      const found = await lookup(name.host);
      if (found.length === 0) throw new Error('it has no address');
      this.#known.set(
        name.authority,
        found.slice(0, addressesMax).map(({ address }) => ({ ...name, host: address })),
      );
      this.updates.succeeded++;
      return true;
    } catch (error) {
      this.updates.failed++;
      const kept = this.#known.get(name.authority)?.length ?? 0;
      log.warn({ name: name.host, reason: (error as Error).message, kept }, 'a name cannot be looked up');
      return false;
    }
  }

  #tell(): void {
    this.#sink?.onAddresses([...this.#known.values()].flat().slice(0, addressesMax));
  }
}
