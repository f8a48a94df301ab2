import { readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@outlay/service-kit/log.ts';

/** The kubelet rotates at 80 % of a token's life, so a second's delay is nothing. */
const lookMs = 1_000;
/** After so long without a request the held token may be near its end: it has a fifth of its life left when it is replaced. */
const idleMs = 30_000;

interface Held {
  /** Undefined while there is no usable file. */
  line: string | undefined;
  version: string;
  lookedAt: number;
}

const versionOf = ({ mtimeMs, ino, size }: Stats): string => `${mtimeMs} ${ino} ${size}`;

/**
 * Our own tokens from a directory with one file per audience, as the platform projects it. The files are looked at once a
 * second while they are used, and read again when they have changed.
 */
export class WorkloadTokens {
  readonly #directory: string;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #held = new Map<string, Held>();

  constructor(directory: string, log: Log, now: () => number = () => performance.now()) {
    this.#directory = directory;
    this.#log = log;
    this.#now = now;
  }

  /** @returns the header line with its end, or undefined where there is no usable token */
  headerFor(audience: string): string | undefined {
    const held = this.#held.get(audience);
    const now = this.#now();
    const age = held ? now - held.lookedAt : Number.POSITIVE_INFINITY;
    if (held && age < lookMs) return held.line;
    if (!held?.line || age > idleMs) return this.#load(audience, held?.line, now);
    held.lookedAt = now;
    void this.#refresh(audience, held);
    return held.line;
  }

  /** Nothing can go on without it. @param before serves on where there is no other */
  #load(audience: string, before: string | undefined, now: number): string | undefined {
    const held: Held = { line: before, version: '', lookedAt: now };
    this.#held.set(audience, held);
    try {
      const path = join(this.#directory, audience);
      held.version = versionOf(statSync(path));
      held.line = this.#lineOf(audience, readFileSync(path, 'utf8')) ?? before;
    } catch (error) {
      this.#log.error({ err: error, audience }, 'no workload token');
    }
    return held.line;
  }

  async #refresh(audience: string, held: Held): Promise<void> {
    try {
      const path = join(this.#directory, audience);
      const version = versionOf(await stat(path));
      if (version === held.version) return;
      const line = this.#lineOf(audience, await readFile(path, 'utf8'));
      if (line) Object.assign(held, { line, version });
    } catch (error) {
      // The old one serves on: the callee decides for how long.
      this.#log.error({ err: error, audience }, 'workload token cannot be read again');
    }
  }

  #lineOf(audience: string, text: string): string | undefined {
    const token = text.trim();
    if (/^[\w.-]{1,8192}$/.test(token)) return `x-outlay-workload-token: ${token}\r\n`;
    this.#log.error({ audience }, 'the workload token file holds no token');
    return undefined;
  }
}
