import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '@outlay/service-kit/log.ts';
import { z } from 'zod';
import { addressesOf, EndpointSlice } from './endpoint-slices.ts';
import type { AddressSink, EndpointSource } from './endpoint-source.ts';
import type { SliceApi, SliceEvent } from './kubernetes-api.ts';

export interface KubernetesOptions {
  readonly namespace: string;
  readonly service: string;
  readonly portName: string;
  readonly log: Log;
  readonly connect: () => Promise<SliceApi>;
  /** Before the second try after a fault, then doubled up to the longest; each anything below. */
  readonly backOffMs?: { readonly first: number; readonly longest: number };
}

const defaultBackOffMs = { first: 250, longest: 30_000 };

/** The API server's word for a version from which it cannot tell what has changed since: list anew. */
const gone = 410;

const Version = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const Status = z.object({ code: z.number().optional(), message: z.string().optional() });

/** What the API server says within a watch. */
class WatchError extends Error {
  readonly statusCode: number | undefined;

  constructor({ code, message }: z.output<typeof Status>) {
    super(message ?? 'the watch failed');
    this.statusCode = code;
  }
}

/**
 * The endpoints of a Service as Kubernetes knows them: lists its EndpointSlices, then watches them from there on. A watch
 * that ends goes on where it was; a fault leaves the endpoints as they are, and is tried again more and more seldom.
 */
export class KubernetesAddresses implements EndpointSource {
  readonly updates = { succeeded: 0, failed: 0 };
  readonly #options: KubernetesOptions;
  readonly #slices = new Map<string, EndpointSlice>();
  readonly #closing = new AbortController();
  #sink: AddressSink | undefined;
  #resourceVersion: string | undefined;
  /** In a row. */
  #faults = 0;

  constructor(options: KubernetesOptions) {
    this.#options = options;
  }

  start(sink: AddressSink): Promise<void> {
    this.#sink = sink;
    return new Promise((resolve) => void this.#run(resolve));
  }

  close(): void {
    this.#sink = undefined;
    this.#closing.abort();
  }

  async #run(onFirstAnswer: () => void): Promise<void> {
    const { signal } = this.#closing;
    let api: SliceApi | undefined;
    while (!signal.aborted) {
      try {
        api ??= await this.#options.connect();
        this.#resourceVersion ??= await this.#list(api);
        onFirstAnswer();
        await api.watch(this.#options, this.#resourceVersion, (event) => this.#onEvent(event), signal);
        this.#faults = 0;
      } catch (error) {
        if (signal.aborted) return;
        this.#onFault(error as Error);
        onFirstAnswer();
      }
      // Also after a watch that ended in order: an API server that ends each at once is not to be asked in a circle.
      await wait(this.#backOffMs(), undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #list(api: SliceApi): Promise<string> {
    const { items, resourceVersion } = await api.list(this.#options);
    const slices = items.map((item) => EndpointSlice.parse(item));
    this.#slices.clear();
    for (const slice of slices) this.#slices.set(slice.metadata.name, slice);
    this.#tell();
    return resourceVersion;
  }

  /** From the watch, which ends with what is thrown here. */
  #onEvent({ type, object }: SliceEvent): void {
    if (type === 'ERROR') throw new WatchError(Status.parse(object));
    const { resourceVersion } = Version.parse(object).metadata;
    if (type !== 'BOOKMARK') {
      const slice = EndpointSlice.parse(object);
      if (type === 'DELETED') this.#slices.delete(slice.metadata.name);
      else this.#slices.set(slice.metadata.name, slice);
      this.#tell();
    }
    this.#resourceVersion = resourceVersion;
    this.#faults = 0;
  }

  #tell(): void {
    const { service, namespace, portName, log } = this.#options;
    // Without endpoints a Service still has a slice: where all are gone, somebody took more away than pods.
    if (this.#slices.size === 0) {
      this.updates.failed++;
      log.warn(
        { endpointsOf: `${namespace}/${service}` },
        'a service has no EndpointSlice: its endpoints stay as they were',
      );
      return;
    }
    this.updates.succeeded++;
    this.#sink?.onAddresses(addressesOf(this.#slices.values(), portName, `${service}.${namespace}`));
  }

  #onFault(error: Error & { statusCode?: unknown; code?: unknown }): void {
    const { service, namespace, log } = this.#options;
    const status = error.statusCode ?? error.code;
    if (status === gone) this.#resourceVersion = undefined;
    this.#faults++;
    this.updates.failed++;
    // The client puts the API server's whole answer, headers and all, into its message.
    const reason = typeof status === 'number' ? `status ${status}` : error.message;
    log.warn(
      { endpointsOf: `${namespace}/${service}`, reason },
      'endpoints cannot be followed: they stay as they were',
    );
  }

  #backOffMs(): number {
    const { first, longest } = this.#options.backOffMs ?? defaultBackOffMs;
    return Math.random() * Math.min(first * 2 ** this.#faults, longest);
  }
}
