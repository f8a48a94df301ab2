import http from 'node:http';
import https from 'node:https';
import type { Log } from '@outlay/service-kit/log.ts';
import type { CompletedRequest } from './completed-request.ts';
import { quoted } from './json-text.ts';
import { otlpSpansOf } from './otlp-spans.ts';

/** What one request to the collector may hold, which is also what may wait while another is under way. */
const batchBytes = 1_048_576;
/** So much is sent at once, without waiting for more. */
const batchDueBytes = 262_144;
const flushMs = 1_000;
const exportTimeoutMs = 5_000;
const end = ']}]}]}';

/**
 * Sends spans in batches as OTLP/HTTP JSON. What does not fit is dropped and counted: traces are a sample. Each request is
 * made text as soon as it is told, so that no batch holds up the requests that come meanwhile, and kept out of the way of
 * the garbage collector, as log lines are.
 */
export class SpanExporter {
  readonly #url: URL;
  readonly #begin: string;
  readonly #log: Log;
  #batch: Buffer = Buffer.allocUnsafeSlow(batchBytes);
  /** For what comes while a batch is sent; undefined then. */
  #spare: Buffer | undefined = Buffer.allocUnsafeSlow(batchBytes);
  #bytes = 0;
  #requests = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();
  /** Counted for the metrics, in requests. */
  readonly counts = { exported: 0, dropped: 0 };

  /** @param endpoint base URL, as OTEL_EXPORTER_OTLP_ENDPOINT has it */
  constructor(endpoint: string, serviceName: string, log: Log) {
    this.#url = new URL(`${endpoint.replace(/\/+$/, '')}/v1/traces`);
    this.#begin =
      `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":${quoted(serviceName)}}}]},` +
      '"scopeSpans":[{"scope":{"name":"outlay.gateway"},"spans":[';
    this.#log = log;
  }

  record(request: CompletedRequest): void {
    const text = `${this.#requests === 0 ? this.#begin : ','}${otlpSpansOf(request)}`;
    if (this.#bytes + text.length + end.length > batchBytes) {
      this.counts.dropped++;
      return;
    }
    this.#bytes += this.#batch.write(text, this.#bytes, 'latin1'); // it is ASCII
    this.#requests++;
    this.#sendWhenDue();
  }

  /** Sends what is left; resolves when it is sent or lost. */
  async close(): Promise<void> {
    while (!this.#spare || this.#requests > 0) {
      this.#sendNow();
      await this.#sending;
    }
  }

  #sendWhenDue(): void {
    if (this.#bytes >= batchDueBytes) this.#sendNow();
    else if (this.#requests > 0) this.#timer ??= setTimeout(() => this.#sendNow(), flushMs).unref();
  }

  #sendNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#spare || this.#requests === 0) return;
    const batch = this.#batch;
    const length = this.#bytes + batch.write(end, this.#bytes);
    const requests = this.#requests;
    this.#batch = this.#spare;
    this.#spare = undefined;
    this.#bytes = 0;
    this.#requests = 0;
    this.#sending = this.#send(batch.subarray(0, length), requests).finally(() => {
      this.#spare = batch;
      this.#sendWhenDue();
    });
  }

  async #send(body: Buffer, requests: number): Promise<void> {
    try {
      const status = await post(this.#url, body);
      if (status < 200 || status > 299) throw new Error(`the collector answered ${status}`);
      this.counts.exported += requests;
    } catch (error) {
      this.counts.dropped += requests;
      this.#log.debug({ reason: (error as Error).message }, 'spans not exported');
    }
  }
}

/**
 * Not by fetch, which takes as long again as making the spans.
 * @returns the status of the answer, once body and answer have passed whole: until then the body is not to be changed
 */
function post(url: URL, body: Buffer): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const signal = AbortSignal.timeout(exportTimeoutMs);
  return new Promise((resolve, reject) => {
    let status = 0;
    const send = url.protocol === 'https:' ? https.request : http.request;
    const request = send(url, { method: 'POST', headers, signal }, (answer) => {
      answer.on('error', reject);
      answer.on('end', () => {
        status = answer.statusCode ?? 0;
      });
      answer.resume();
    });
    request.on('error', reject);
    request.on('close', () => resolve(status));
    request.end(body);
  });
}
