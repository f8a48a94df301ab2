import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type Head, readAnswers, readHead } from './answer-reader.ts';
import { type ClientReport, connectTo, type Outcome, patienceMs, type Sockets } from './chaos-client.ts';
import type { TunnelPlan } from './tunnel-plan.ts';

const slowReadMs = 2;

/** What a client saw of its tunnel. */
export interface TunnelReport extends ClientReport {
  /** From the service's 101 on; undefined where that has not agreed. */
  readonly heard: Buffer | undefined;
  /** Of the client's bytes, those that it sent. */
  readonly said: number;
}

/** Plays the client of a tunnel, over a connection of its own. */
export async function playTunnel(port: number, plan: TunnelPlan, isTls: boolean): Promise<TunnelReport> {
  const client = new TunnelClient(connectTo(port, isTls), plan);
  await client.play();
  return client.report();
}

class TunnelClient {
  readonly #plan: TunnelPlan;
  readonly #connection: Socket;
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  #received = 0;
  /** Of a 101. */
  #head: Head | undefined;
  #fault: string | undefined;
  #said = 0;
  #end: 'end' | 'reset' | undefined;
  #isClosed = false;
  #hasLeft = false;
  #isHung = false;
  #wake: () => void = () => undefined;
  readonly #patience = setTimeout(() => {
    this.#isHung = true;
    this.#socket.destroy();
  }, patienceMs);

  constructor({ socket, connection }: Sockets, plan: TunnelPlan) {
    this.#plan = plan;
    this.#connection = connection;
    this.#socket = socket;
    this.#socket.on('data', (bytes: Buffer) => this.#take(bytes));
    this.#socket.on('end', () => {
      this.#finish('end');
      if (plan.ending.how !== 'ends') this.#socket.end();
    });
    this.#socket.on('error', () => this.#finish('reset'));
    this.#socket.on('close', () => {
      this.#isClosed = true;
      this.#finish('reset');
    });
  }

  async play(): Promise<void> {
    const { head, bytes, earlyBytes, pieces, pauseMs, ending } = this.#plan;
    this.#socket.write(head);
    this.#say(bytes.subarray(0, earlyBytes));
    await wait(pauseMs);
    this.#leaveWhereDue();
    await this.#until(() => this.#head !== undefined || this.#end !== undefined);
    if (this.#head) {
      for (const piece of pieces) {
        await wait(pauseMs);
        this.#say(piece);
      }
      // In a turn of its own: within a read Node drops what else has come of TLS.
      await wait(pauseMs);
      if (ending.by === 'service' || ending.how === 'ends') this.#socket.end();
    } else this.#socket.end();
    await this.#until(() => this.#isClosed);
    clearTimeout(this.#patience);
  }

  report(): TunnelReport {
    const bytes = Buffer.concat(this.#chunks);
    const told = { rest: Buffer.alloc(0), fault: this.#fault, said: this.#said, heard: undefined };
    if (this.#head) {
      const { status, headers, end } = this.#head;
      const answer = { status, headers, body: Buffer.alloc(0), isWhole: this.#end === 'end' };
      return { ...told, outcomes: [this.#outcome(answer)], heard: bytes.subarray(end) };
    }
    try {
      const { answers, rest } = readAnswers(bytes, ['GET'], this.#end);
      return { ...told, outcomes: [this.#outcome(answers[0])], rest };
    } catch (error) {
      return { ...told, outcomes: [], fault: (error as Error).message };
    }
  }

  #outcome(answer: Outcome['answer']): Outcome {
    if (this.#hasLeft) return { kind: 'left', answer };
    if (answer?.isWhole) return { kind: 'whole', answer };
    return { kind: this.#isHung ? 'hung' : 'cut', answer };
  }

  get #heard(): number {
    return this.#head ? this.#received - this.#head.end : 0;
  }

  #say(bytes: Buffer): void {
    if (this.#socket.destroyed) return;
    this.#patience.refresh();
    this.#said += bytes.length;
    this.#socket.write(bytes);
  }

  #take(bytes: Buffer): void {
    this.#patience.refresh();
    this.#chunks.push(bytes);
    this.#received += bytes.length;
    if (!this.#head) this.#readHead();
    if (this.#plan.slowReader === 'client') {
      this.#socket.pause();
      setTimeout(() => this.#socket.resume(), slowReadMs);
    }
    this.#leaveWhereDue();
    this.#wake();
  }

  /** An answer that is no 101 is read at its end. */
  #readHead(): void {
    try {
      const head = readHead(Buffer.concat(this.#chunks), 0);
      if (head?.status === 101) this.#head = head;
    } catch (error) {
      this.#fault = (error as Error).message;
    }
  }

  #leaveWhereDue(): void {
    const { by, how, after } = this.#plan.ending;
    // After nothing: also before the service has agreed.
    if (by !== 'client' || (how !== 'leaves' && how !== 'resets')) return;
    if (this.#heard < after || (after > 0 && !this.#head)) return;
    this.#hasLeft = true;
    if (how === 'resets' && this.#connection.readyState === 'open') this.#connection.resetAndDestroy();
    else this.#socket.destroy();
  }

  #finish(end: 'end' | 'reset'): void {
    this.#end ??= end;
    this.#wake();
  }

  async #until(isTrue: () => boolean): Promise<void> {
    while (!isTrue())
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }
}
