import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { setTimeout as wait } from 'node:timers/promises';
import { type ClientReport, type Outcome, patienceMs } from './chaos-client.ts';
import { markedBody } from './marked-body.ts';
import type { RequestPlan, Schedule } from './schedule.ts';

/** Plays a schedule's requests by HTTP/2: all at once over one connection, as far as a fault has a meaning there. */
export async function playHttp2Client(port: number, schedule: Schedule, bearer: string): Promise<ClientReport> {
  const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  session.on('error', () => undefined); // its streams tell
  const streams = schedule.requests.map((request) => new ChaosStream(session, schedule, request, bearer));
  const outcomes = await Promise.all(streams.map((stream) => stream.play()));
  session.destroy();
  return { outcomes, rest: Buffer.alloc(0), fault: undefined };
}

/** A connection whose client has gone: what then becomes of its other streams is nobody's fault. */
const left = new WeakSet<ClientHttp2Session>();

class ChaosStream {
  readonly #session: ClientHttp2Session;
  readonly #schedule: Schedule;
  readonly #request: RequestPlan;
  readonly #bearer: string;
  readonly #chunks: Buffer[] = [];
  #received = 0;
  #status: number | undefined;
  #headers = new Map<string, string>();
  #hasEnded = false;
  #hasLeft = false;
  #isHung = false;

  constructor(session: ClientHttp2Session, schedule: Schedule, request: RequestPlan, bearer: string) {
    this.#session = session;
    this.#schedule = schedule;
    this.#request = request;
    this.#bearer = bearer;
  }

  async play(): Promise<Outcome> {
    const { bodyBytes, fault } = this.#request;
    const hasBody = bodyBytes > 0 || fault === 'stalls';
    // Else this client says that a body has ended before it resets the stream.
    const waitForTrailers = fault === 'resets' || fault === 'garbles';
    const stream = this.#session.request(this.#head(), { endStream: !hasBody, waitForTrailers });
    const patience = setTimeout(() => {
      this.#isHung = true;
      stream.close(constants.NGHTTP2_CANCEL);
    }, patienceMs);
    const closed = new Promise((resolve) => stream.on('close', resolve));
    stream.on('error', () => undefined); // `close` follows
    stream.on('response', (headers) => {
      this.#status = headers[':status'];
      for (const [name, value] of Object.entries(headers)) this.#headers.set(name, String(value));
    });
    stream.on('data', (bytes: Buffer) => {
      patience.refresh();
      this.#take(stream, bytes);
    });
    stream.on('end', () => {
      this.#hasEnded = stream.rstCode === constants.NGHTTP2_NO_ERROR;
    });
    await this.#send(stream, hasBody);
    await closed;
    clearTimeout(patience);
    return this.#outcome();
  }

  #head(): OutgoingHttpHeaders {
    const { id, method, route, bodyBytes, hasKey, fault, pieces } = this.#request;
    const isChunked = pieces.length % 2 === 0;
    return {
      ':method': method,
      ':path': `/${route}/${id}`,
      ':authority': 'outlay.example',
      'x-request-id': id,
      ...(route === 'signed' && { authorization: this.#bearer }),
      ...(hasKey && { 'idempotency-key': id }),
      // Without a length the end of a body that stops early would be an end like any other.
      ...(bodyBytes > 0 && (!isChunked || fault === 'half-closes') && { 'content-length': bodyBytes }),
    };
  }

  async #send(stream: ClientHttp2Stream, hasBody: boolean): Promise<void> {
    const { id, bodyBytes, fault, pieces, pauseMs } = this.#request;
    const sent = fault ? Math.floor(bodyBytes / 2) : bodyBytes;
    const body = markedBody(id, bodyBytes);
    const step = Math.ceil(sent / pieces.length) || 1;
    for (let at = 0; at < sent && !stream.destroyed; at += step) {
      if (at > 0) await wait(pauseMs);
      if (!stream.destroyed) stream.write(body.subarray(at, Math.min(at + step, sent)));
    }
    if (fault === 'leaves') {
      left.add(this.#session);
      this.#session.destroy();
    } else if (fault === 'resets' || fault === 'garbles') this.#leave(stream);
    else if (fault !== 'stalls' && hasBody) stream.end();
  }

  #take(stream: ClientHttp2Stream, bytes: Buffer): void {
    const { leavesAfter, readsSlowly } = this.#schedule;
    this.#chunks.push(bytes);
    this.#received += bytes.length;
    if (leavesAfter !== undefined && this.#received > leavesAfter) this.#leave(stream);
    else if (readsSlowly) {
      stream.pause();
      setTimeout(() => stream.resume(), 2);
    }
  }

  #leave(stream: ClientHttp2Stream): void {
    this.#hasLeft = true;
    stream.close(constants.NGHTTP2_CANCEL);
  }

  #outcome(): Outcome {
    const isWhole = this.#hasEnded && this.#status !== undefined;
    const answer =
      this.#status === undefined
        ? undefined
        : { status: this.#status, headers: this.#headers, body: Buffer.concat(this.#chunks), isWhole };
    if (isWhole) return { kind: 'whole', answer };
    if (this.#hasLeft || left.has(this.#session)) return { kind: 'left', answer };
    return { kind: this.#isHung ? 'hung' : 'cut', answer };
  }
}
