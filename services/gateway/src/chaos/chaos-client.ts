import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { type AnswersRead, type ReadAnswer, readAnswers } from './answer-reader.ts';
import type { RequestPlan, Schedule } from './schedule.ts';

/** What came of a request in the eyes of its client. */
export interface Outcome {
  /** `left`: the client went before. `unsent`: the connection had ended before its turn. `hung`: neither answer nor end. */
  readonly kind: 'whole' | 'cut' | 'left' | 'unsent' | 'hung';
  /** Also where only a part of it came. */
  readonly answer: ReadAnswer | undefined;
}

export interface ClientReport {
  readonly outcomes: readonly Outcome[];
  /** What came behind the last answer. */
  readonly rest: Buffer;
  /** Why what came is no HTTP. */
  readonly fault: string | undefined;
}

/** Without a byte in either direction: longer than everything that the gateway may wait for, one after the other. */
export const patienceMs = 15_000;

/** Two for one connection over TLS: the one to speak by, and the one to reset. */
export interface Sockets {
  readonly socket: Socket;
  readonly connection: Socket;
}

/** @param isTls by HTTP/1.1 nevertheless */
export function connectTo(port: number, isTls: boolean): Sockets {
  const connection = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  if (!isTls) return { socket: connection, connection };
  connection.on('error', () => undefined); // the other tells
  const socket = connectTls({ socket: connection, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] });
  return { socket, connection };
}

/** Plays a schedule's client. @returns what it saw */
export async function playClient(port: number, schedule: Schedule, isTls: boolean): Promise<ClientReport> {
  const client = new ChaosClient(connectTo(port, isTls), schedule);
  await client.play();
  return client.report();
}

const nothing: AnswersRead = { answers: [], rest: Buffer.alloc(0), bytesNeeded: 0 };

class ChaosClient {
  readonly #schedule: Schedule;
  readonly #socket: Socket;
  readonly #connection: Socket;
  #chunks: Buffer[] = [];
  #received = 0;
  #known: AnswersRead = nothing;
  /** Requests begun to be sent. */
  #sent = 0;
  #end: 'end' | 'reset' | undefined;
  #hasLeft = false;
  #isHung = false;
  #wake: () => void = () => undefined;
  readonly #patience = setTimeout(() => {
    this.#isHung = true;
    this.#wake();
  }, patienceMs);

  constructor({ socket, connection }: Sockets, schedule: Schedule) {
    this.#schedule = schedule;
    this.#socket = socket;
    this.#connection = connection;
    this.#socket.on('data', (bytes) => this.#take(bytes));
    // Over TLS Node does not tell whether it came with a close_notify: what only ends with it may be cut.
    this.#socket.on('end', () => this.#finish(socket === connection ? 'end' : 'reset'));
    this.#socket.on('error', () => this.#finish('reset'));
    this.#socket.on('close', () => this.#finish('reset'));
  }

  async play(): Promise<void> {
    for (const [i, request] of this.#schedule.requests.entries()) {
      if (
        this.#isOver ||
        (this.#answers().at(-1)?.headers.get('connection') === 'close' && !this.#schedule.isPipelined)
      )
        break;
      this.#sent = i + 1;
      await this.#send(request);
      if (!this.#schedule.isPipelined) await this.#until(() => this.#isAnswered(i + 1));
    }
    await this.#until(() => this.#isAnswered(this.#sent));
    const last = this.#answers().at(-1);
    // Who is told that it was the last one waits for the end: nothing may follow.
    if (last?.headers.get('connection') === 'close') await this.#until(() => false);
    clearTimeout(this.#patience);
    this.#socket.destroy();
  }

  report(): ClientReport {
    try {
      const { answers, rest } = this.#read();
      const outcomes = this.#schedule.requests.map((_, i): Outcome => {
        const answer = answers[i];
        if (answer?.isWhole) return { kind: 'whole', answer };
        if (i >= this.#sent) return { kind: 'unsent', answer };
        if (this.#hasLeft) return { kind: 'left', answer };
        return { kind: this.#isHung ? 'hung' : 'cut', answer };
      });
      return { outcomes, rest, fault: undefined };
    } catch (error) {
      return { outcomes: [], rest: Buffer.alloc(0), fault: (error as Error).message };
    }
  }

  get #isOver(): boolean {
    return this.#end !== undefined || this.#hasLeft || this.#isHung;
  }

  async #send({ pieces, pauseMs, fault, expectsContinue }: RequestPlan): Promise<void> {
    for (const [i, piece] of pieces.entries()) {
      if (this.#isOver) return;
      // A client may wait for the word, or lose its patience.
      if (i > 0 && expectsContinue) await wait(pauseMs * 5);
      else if (i > 0) await wait(pauseMs);
      this.#patience.refresh();
      this.#socket.write(piece);
    }
    if (fault === 'leaves') this.#leave('end');
    else if (fault === 'resets') this.#leave('reset');
    else if (fault === 'half-closes') this.#socket.end();
  }

  #leave(by: 'end' | 'reset'): void {
    this.#hasLeft = true;
    if (by === 'end') this.#socket.destroy();
    else this.#connection.resetAndDestroy();
    this.#wake();
  }

  #take(bytes: Buffer): void {
    const { leavesAfter, leavesBy, readsSlowly } = this.#schedule;
    this.#patience.refresh();
    this.#chunks.push(bytes);
    this.#received += bytes.length;
    if (leavesAfter !== undefined && this.#received > leavesAfter) this.#leave(leavesBy);
    else if (readsSlowly) {
      this.#socket.pause();
      setTimeout(() => this.#socket.resume(), 2);
    }
    this.#wake();
  }

  #finish(end: 'end' | 'reset'): void {
    this.#end ??= end;
    this.#wake();
  }

  async #until(isTrue: () => boolean): Promise<void> {
    while (!this.#isOver && !isTrue())
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  #read(): AnswersRead {
    const bytes = Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    const methods = this.#schedule.requests.map(({ methodSent }) => methodSent);
    return readAnswers(bytes, methods, this.#end);
  }

  /** So far; none where they cannot be read, which the report tells. */
  #answers(): readonly ReadAnswer[] {
    // Large bodies are not read anew with each of their pieces.
    if (this.#received < this.#known.bytesNeeded) return this.#known.answers;
    try {
      this.#known = this.#read();
    } catch {
      this.#known = { ...nothing, bytesNeeded: Number.POSITIVE_INFINITY };
    }
    return this.#known.answers;
  }

  #isAnswered(count: number): boolean {
    const answers = this.#answers();
    return answers.length >= count && answers[count - 1]?.isWhole === true;
  }
}
