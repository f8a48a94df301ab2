import { hostOf } from '../../bootstrap/cluster-schema.ts';
import type { Address } from '../endpoint.ts';
import type { AddressSink, EndpointSource } from './endpoint-source.ts';

/** @param url http://host:port */
export function addressOf(url: string): Address {
  const { port, host } = new URL(url);
  return { host: hostOf(url), port: Number(port || 80), authority: host, zone: '' };
}

/** A list that stands in the configuration. */
export class StaticAddresses implements EndpointSource {
  readonly updates = { succeeded: 0, failed: 0 };
  readonly #addresses: readonly Address[];

  constructor(urls: readonly string[]) {
    this.#addresses = urls.map(addressOf);
  }

  start(sink: AddressSink): Promise<void> {
    this.updates.succeeded++;
    sink.onAddresses(this.#addresses);
    return Promise.resolve();
  }

  close(): void {}
}
