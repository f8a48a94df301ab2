import type { Socket } from 'node:net';
import { startRawUpstream } from '../testing/test-upstream.ts';
import { isMarked } from './marked-body.ts';
import type { ServicePlan, Step } from './service-plan.ts';

/** One try of a request as it arrived at a service. */
export interface Arrival {
  readonly method: string;
  readonly plan: ServicePlan;
  /** The request arrived to its last byte. */
  isWhole: boolean;
  /** What is wrong with it: bytes of another request, or bytes that are none. */
  fault: string | undefined;
}

/** What is known of a request before it arrives. */
export interface Expected {
  readonly id: string;
  readonly method: string;
  readonly bodyBytes: number;
  /** How its try of that number is treated, from 0. */
  readonly planOf: (number: number) => ServicePlan;
  readonly arrivals: Arrival[];
}

/** A request whose body is being read. */
interface Reading {
  readonly expected: Expected;
  readonly arrival: Arrival;
  readonly isChunked: boolean;
  /** Of the body or the chunk; -1 where a chunk's size comes next. */
  left: number;
  read: number;
}

/** A service that treats each request as its schedule says. The request's id is the last segment of its path. */
export function startChaosService(requests: ReadonlyMap<string, Expected>): ReturnType<typeof startRawUpstream> {
  return startRawUpstream((socket) => void new ChaosConnection(socket, requests));
}

/** A connection on which one request follows the other, read as strictly as it gets: what is odd is the gateway's doing. */
class ChaosConnection {
  readonly #socket: Socket;
  readonly #requests: ReadonlyMap<string, Expected>;
  #bytes: Buffer = Buffer.alloc(0);
  #current: Reading | undefined;
  #last: Arrival | undefined;
  /** It has said that this answer is the last one here. */
  #isClosing = false;
  #onWhole: () => void = () => undefined;

  constructor(socket: Socket, requests: ReadonlyMap<string, Expected>) {
    this.#socket = socket;
    this.#requests = requests;
    socket.on('data', (bytes) => this.#take(bytes));
  }

  #take(bytes: Buffer): void {
    this.#bytes = this.#bytes.length ? Buffer.concat([this.#bytes, bytes]) : bytes;
    while (this.#bytes.length > 0 && (this.#current ? this.#readBody() : this.#readHead()));
  }

  /** @returns whether there is more to read of what is there */
  #readHead(): boolean {
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const head = this.#bytes.toString('latin1', 0, end);
    this.#bytes = this.#bytes.subarray(end + 4);
    const [, method = '', id = ''] = /^([A-Z]+) \/\S*\/([\w-]+) HTTP\/1\.1\r\n/.exec(head) ?? [];
    const expected = this.#requests.get(id);
    if (!expected) throw new Error(`the gateway sent what nobody asked for: ${head}`);
    const { arrivals } = expected;
    const plan = expected.planOf(arrivals.length);
    let fault = method === expected.method ? undefined : `${expected.method} arrived as ${method}`;
    if (this.#isClosing) fault = 'it arrived on a connection that was not to be used again';
    this.#isClosing ||= plan.isLast === true;
    const arrival: Arrival = { method, plan, isWhole: false, fault };
    arrivals.push(arrival);
    this.#last = arrival;
    const isChunked = /\r\ntransfer-encoding: chunked/i.test(head);
    const left = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    this.#current = { expected, arrival, isChunked, left: isChunked ? -1 : left, read: 0 };
    if (!isChunked && left === 0) this.#finishRequest();
    this.#run(plan.steps, arrival);
    return true;
  }

  #readBody(): boolean {
    const current = this.#current as Reading;
    if (current.left === -1) {
      const end = this.#bytes.indexOf('\r\n');
      if (end < 0) return false;
      const line = this.#bytes.toString('latin1', 0, end);
      if (!/^[0-9a-f]+$/.test(line)) current.arrival.fault ??= `instead of a chunk arrived ${line.slice(0, 80)}`;
      const size = Number.parseInt(line, 16) || 0;
      if (size === 0) return this.#readLastChunk(end);
      this.#bytes = this.#bytes.subarray(end + 2);
      current.left = size;
    }
    const part = this.#bytes.subarray(0, current.left);
    this.#check(part);
    this.#bytes = this.#bytes.subarray(part.length);
    current.left -= part.length;
    if (current.left > 0) return false;
    if (current.isChunked) {
      if (this.#bytes.length < 2) {
        current.left = 0;
        return false;
      }
      this.#bytes = this.#bytes.subarray(2);
      current.left = -1;
    } else this.#finishRequest();
    return true;
  }

  #readLastChunk(end: number): boolean {
    if (this.#bytes.length < end + 4) return false;
    this.#bytes = this.#bytes.subarray(end + 4);
    this.#finishRequest();
    return true;
  }

  #check(part: Buffer): void {
    const { expected, arrival, read } = this.#current as Reading;
    const unit = expected.id.length + 2;
    // As it would stand if the body began a whole number of marks earlier.
    const before = Buffer.alloc(read % unit, `<${expected.id}>`);
    if (!isMarked(Buffer.concat([before, part]), expected.id)) arrival.fault ??= `a foreign byte after ${read}`;
    if (this.#current) this.#current.read += part.length;
  }

  #finishRequest(): void {
    const { expected, arrival, read } = this.#current as Reading;
    this.#current = undefined;
    arrival.isWhole = true;
    if (read !== expected.bodyBytes) arrival.fault ??= `${read} bytes of body arrived instead of ${expected.bodyBytes}`;
    this.#onWhole();
  }

  #handOver(to: (socket: Socket) => void, arrival: Arrival): void {
    if (this.#bytes.length > 0) arrival.fault ??= 'bytes of a tunnel arrived before the service agreed to it';
    this.#socket.removeAllListeners('data');
    to(this.#socket);
  }

  #run(steps: readonly Step[], arrival: Arrival): void {
    for (const [i, step] of steps.entries()) {
      // Who has the next request before it closes does not close any more: it would be that one's answer that broke off.
      if (this.#socket.destroyed || arrival !== this.#last) return;
      const goOn = () => this.#run(steps.slice(i + 1), arrival);
      if (step.do === 'send') this.#socket.write(step.bytes);
      else if (step.do === 'end') this.#socket.end();
      else if (step.do === 'reset') this.#socket.resetAndDestroy();
      else if (step.do === 'hand over') this.#handOver(step.to, arrival);
      else if (step.do === 'wait') {
        setTimeout(goOn, step.ms);
        return;
      } else if (!arrival.isWhole) {
        this.#onWhole = () => {
          this.#onWhole = () => undefined;
          goOn();
        };
        return;
      }
    }
  }
}
