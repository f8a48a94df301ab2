import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '@outlay/service-kit/log.ts';
import { Gauge, type Registry } from 'prom-client';
import { type EuroRates, parseEcbRates } from './parse-ecb-rates.ts';

/** The bank's whole history is 8 MB. */
const bytesMax = 16 * 1024 * 1024;
const timeoutMs = 30_000;
/** After a failure, sooner than after a success. */
const retryMs = 15 * 60_000;

export interface RateSource {
  /** What is known now. */
  rates(): EuroRates;
  /** Asks the configured address now; on a schedule by itself. Never rejects: what was known stays. */
  refresh(): Promise<void>;
  stop(): void;
}

export interface RateSourceOptions {
  /** Of a file in the bank's format; undefined: only what ships with us is known. */
  url: string | undefined;
  /** 0: only when asked. */
  everyMs: number;
  log: Log;
  registry: Registry;
}

/** The bank's rates: those that ship with us, and on top of them what the configured address gives. */
export function createRateSource({ url, everyMs, log, registry }: RateSourceOptions): RateSource {
  const rates = parseEcbRates(readFileSync(join(import.meta.dirname, '../../rates/eurofxref-hist.xml'), 'utf8'));
  const stopped = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  new Gauge({
    name: 'outlay_exchange_rates_latest_timestamp_seconds',
    help: 'Day of the latest exchange rates that are known',
    registers: [registry],
    collect() {
      this.set(Date.parse(latestOf(rates)) / 1_000);
    },
  });
  if (url !== undefined && everyMs > 0) schedule(0);

  function schedule(delayMs: number): void {
    if (stopped.signal.aborted) return;
    timer = setTimeout(async () => schedule((await refresh()) ? everyMs : Math.min(everyMs, retryMs)), delayMs);
    timer.unref();
  }

  async function refresh(): Promise<boolean> {
    if (url === undefined) return false;
    try {
      // A file is taken whole or not at all; days that it does not name stay as they are known.
      for (const [currency, days] of parseEcbRates(await download(url, stopped.signal))) {
        const known = rates.get(currency) ?? new Map<string, string>();
        for (const [date, rate] of days) known.set(date, rate);
        rates.set(currency, known);
      }
      log.info({ latest: latestOf(rates) }, 'exchange rates refreshed');
      return true;
    } catch (error) {
      if (!stopped.signal.aborted) log.warn({ err: error }, 'exchange rates could not be refreshed');
      return false;
    }
  }

  return {
    rates: () => rates,
    refresh: async () => void (await refresh()),
    stop() {
      stopped.abort();
      clearTimeout(timer);
    },
  };
}

async function download(url: string, stopped: AbortSignal): Promise<string> {
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(timeoutMs)]);
  const answer = await fetch(url, { redirect: 'error', signal });
  if (!answer.ok || !answer.body) throw new Error(`the address answered ${answer.status}`);
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of answer.body as AsyncIterable<Uint8Array>) {
    bytes += piece.byteLength;
    if (bytes > bytesMax) throw new Error(`the file is larger than ${bytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function latestOf(rates: EuroRates): string {
  let latest = '';
  for (const days of rates.values()) for (const date of days.keys()) if (date > latest) latest = date;
  return latest;
}
