import type { Socket } from 'node:net';
import type { TunnelPlan } from './tunnel-plan.ts';

/** Longer than the gateway's idle time-out. */
const stallMs = 2_000;
const slowReadMs = 2;

/** The service's end of a tunnel, which says back what it hears. */
export class TunnelService {
  readonly #socket: Socket;
  readonly #plan: TunnelPlan;
  #hasEnded = false;
  heard = 0;
  said: number;
  /** The client has said all it had to say. */
  hasHeardEnd = false;
  /** What it heard is not what its client said. */
  fault: string | undefined;
  readonly closed: Promise<void>;

  /** @param socket on which 101 and the greeting have been written */
  constructor(socket: Socket, plan: TunnelPlan) {
    this.#socket = socket;
    this.#plan = plan;
    this.said = plan.greeting.length;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.allowHalfOpen = true;
    socket.on('data', (bytes) => this.#hear(bytes));
    socket.on('end', () => {
      this.hasHeardEnd = true;
      if (!this.#hasEnded) this.#end();
    });
    socket.on('drain', () => socket.resume());
    this.#endWhereDue();
  }

  #hear(bytes: Buffer): void {
    const { bytes: all, slowReader } = this.#plan;
    if (!bytes.equals(all.subarray(this.heard, this.heard + bytes.length)))
      this.fault ??= `the service heard foreign bytes after ${this.heard}`;
    this.heard += bytes.length;
    if (!this.#hasEnded) {
      this.said += bytes.length;
      if (!this.#socket.write(bytes)) this.#socket.pause();
      else if (slowReader === 'service') {
        this.#socket.pause();
        setTimeout(() => this.#socket.resume(), slowReadMs);
      }
    }
    this.#endWhereDue();
  }

  #endWhereDue(): void {
    const { by, how, after } = this.#plan.ending;
    if (this.#hasEnded || by !== 'service' || this.heard < after) return;
    if (how === 'ends') this.#end();
    else {
      this.#hasEnded = true;
      if (how === 'leaves') this.#socket.destroy();
      else if (how === 'resets') this.#socket.resetAndDestroy();
      else {
        this.#socket.removeAllListeners('data').removeAllListeners('drain').pause();
        setTimeout(() => this.#socket.destroy(), stallMs);
      }
    }
  }

  #end(): void {
    this.#hasEnded = true;
    this.#socket.end();
    this.#socket.resume();
  }
}
