import { InternalError, Problem } from '@outlay/service-kit/problem.ts';
import type { ListenerConfig } from '../bootstrap/bootstrap-schema.ts';
import { isPreflight } from '../filters/cors.ts';
import type { DirectAnswer, FilteredRequest } from '../filters/filter.ts';
import type { VerifiedToken } from '../filters/jwt-authn/verify-token.ts';
import type { TokenBucket } from '../filters/rate-limit.ts';
import type { RequestHead } from '../filters/request-head.ts';
import { requestIdOf } from '../filters/request-id.ts';
import { ResponseHead } from '../filters/response-head.ts';
import { type TraceContext, traceContextOf, traceparentOf } from '../filters/trace-context.ts';
import type { ClientStream, ClientStreamHandler } from '../listener/client-stream.ts';
import type { Listener } from '../listener/listener.ts';
import * as problems from '../problems.ts';
import type { Route } from '../router/route-table.ts';
import type { StaticFiles } from '../static/static-files.ts';
import type { CompletedRequest } from '../telemetry/completed-request.ts';
import type { Cluster } from '../upstream/cluster.ts';
import type { UpstreamConnection, UpstreamFailure, UpstreamHandler } from '../upstream/connection.ts';
import type { Endpoint } from '../upstream/endpoint.ts';
import type { Timed } from './deadlines.ts';
import { clientAddressOf, forwardedLines, schemeOf } from './forwarded.ts';
import { KeptBody } from './kept-body.ts';
import { malformationOf } from './malformation.ts';
import { Retries } from './retries.ts';
import { isSafeToRetry, type TryFailure } from './retry-policy.ts';
import { Tunnel } from './tunnel.ts';

/**
 * One request on its way through the gateway, from its head to its line in the log. This is the hot path, in the order in
 * which it runs: read → route → filter → forward, body up, answer down; then what happens where a try fails and the ways in
 * which it ends early; then what is written down. State is kept in fields and callbacks are methods, so that a request makes no closures.
 */
export class Exchange implements FilteredRequest, ClientStreamHandler, UpstreamHandler, Timed {
  readonly #listener: Listener;
  /** As it was when the request came: another version may follow. */
  readonly #config: ListenerConfig;
  readonly #client: ClientStream;
  readonly #startedAt = performance.now();
  readonly method: string;
  readonly path: string;
  readonly #target: string;
  readonly head: RequestHead;
  readonly scheme: 'http' | 'https';
  readonly #trace: TraceContext;
  readonly #requestId: string;
  token: VerifiedToken | undefined;
  bucket: TokenBucket | undefined;
  filterFlag: string | undefined;
  #route: Route | undefined;
  /** The client waits for "100 Continue" before it sends the body. */
  #awaitsContinue: boolean;
  #readsBody = false;
  /** Of the answer; 0 before its head is written. */
  #status = 0;
  #requestBytes = 0;
  #responseBytes = 0;
  /** When the last byte of the request arrived; -1 before. */
  #requestEndedAt = -1;
  /** When the last byte moved in either direction. */
  #activeAt = this.#startedAt;
  #flags = '-';
  /** The connection ends with this exchange. */
  #isLast = false;
  #isOver = false;
  slot = -1;

  #cluster: Cluster | undefined;
  #endpoint: Endpoint | undefined;
  /** Undefined before the request is sent, and again as soon as the answer is whole or given up. */
  #connection: UpstreamConnection | undefined;
  #sentAt = 0;
  #answeredAt = 0;
  #upstreamStatus = 0;
  /** Undefined before a try fails. */
  #retries: Retries | undefined;
  /** The last try met a kept connection that was closed: the next takes a fresh one. */
  #needsFresh = false;
  #keptBody: KeptBody | undefined;
  /** False once the answer has begun, or the body is too long to be kept. */
  #isReplayable = true;
  /** What the connection is to become. */
  #upgrade: string | undefined;
  #tunnel: Tunnel | undefined;
  /** The head of the answer waits for the first of its body, to leave with it; until then a problem can take its place. */
  #heldHead: ResponseHead | undefined;
  /** The end of the answer, to leave as one with what says that it is whole. */
  #lastChunk: Buffer | undefined;

  constructor(listener: Listener, client: ClientStream) {
    this.#listener = listener;
    this.#config = listener.config;
    this.#client = client;
    this.method = client.method;
    this.#target = client.target;
    const query = this.#target.indexOf('?');
    this.path = query < 0 ? this.#target : this.#target.slice(0, query);
    this.head = client.head;
    this.#awaitsContinue = this.head.expectsContinue && client.minorVersion > 0;
    this.scheme = schemeOf(this.head, this.#config.xff_num_trusted_hops, listener.certificate !== undefined);
    this.#requestId = requestIdOf(this.head.requestId, this.#config.preserve_external_request_id);
    this.#trace = traceContextOf(this.head.traceparent, listener.edge.tracePolicy);
  }

  // --- read, route, filter

  run(): void {
    this.#listener.edge.deadlines.add(this);
    try {
      const problem = malformationOf(this.#client, this.path);
      const route = problem ? undefined : this.#findRoute();
      this.#route = route;
      const { overload } = this.#listener.edge;
      if (problem) this.refuse(problem, 'DPE');
      else if (overload.isShedding) {
        overload.shedCount++;
        this.refuse(problems.overloaded, 'OM');
      } else if (!route) this.refuse(problems.routeNotFound, 'NR');
      else if (this.#asksForUpgrade && !this.#mayUpgrade(route)) this.refuse(problems.upgradeRefused);
      else this.#filter(route, 0);
    } catch (error) {
      this.fail(error);
    }
  }

  /** HTTP/1.0 does not know how to (RFC 9110 § 7.8). */
  get #asksForUpgrade(): boolean {
    return this.head.upgrade !== undefined && this.#client.minorVersion > 0;
  }

  /** Whether the route lets the connection become what the client asks for; whatever is answered, it is its last request. */
  #mayUpgrade(route: Route): boolean {
    const { contentLength, isChunked, upgrade = '' } = this.head;
    const isPlain = this.method === 'GET' && contentLength < 0 && !isChunked && this.#client.canUpgrade;
    if (!isPlain || !route.upgrades.has(upgrade)) return false;
    this.#upgrade = upgrade;
    this.#isLast = true;
    return true;
  }

  #findRoute(): Route | undefined {
    const { routes } = this.#listener;
    // A preflight is for the route of the request that is to follow it.
    const next = isPreflight(this)
      ? routes.find(this.head.host, this.head.requestedMethod ?? '', this.path)
      : undefined;
    return next?.answersPreflights ? next : routes.find(this.head.host, this.method, this.path);
  }

  /** Asks the route's filters in turn, from number `from` on. */
  #filter(route: Route, from: number): void {
    for (let i = from; i < route.filters.length; i++) {
      const verdict = route.filters[i]?.onRequest(this);
      if (verdict instanceof Promise) {
        verdict
          .then((awaited) => {
            if (this.#isAnswered) return;
            if (awaited) this.#answerVerdict(awaited);
            else this.#filter(route, i + 1);
          })
          .catch((error: unknown) => this.fail(error));
        return;
      }
      if (verdict) {
        this.#answerVerdict(verdict);
        return;
      }
    }
    if (route.cluster) this.#forward(route, route.cluster);
    else if (route.files) this.#serveFile(route.files);
    else this.refuse(problems.routeNotFound, 'NR');
  }

  /** Also where it was refused meanwhile, and the client is slow to take that. */
  get #isAnswered(): boolean {
    return this.#isOver || this.#status > 0;
  }

  // --- forward: the request goes to the service

  #forward(route: Route, cluster: Cluster): void {
    this.#cluster = cluster;
    const credentials = cluster.credentials();
    if (credentials === undefined) {
      this.refuse(problems.notCredentialed, 'UF');
      return;
    }
    const endpoint = cluster.pick(this.#retries?.tried);
    if (!endpoint) {
      this.refuse(problems.upstreamAway, 'UH');
      return;
    }
    const connection = cluster.connectionTo(endpoint, this.#needsFresh);
    if (!connection) {
      this.refuse(problems.upstreamFull, 'UO');
      return;
    }
    this.#endpoint = endpoint;
    this.#connection = connection;
    this.#sentAt = performance.now();
    this.#upstreamStatus = 0;

    const { head } = this;
    const upgrade = this.#upgrade;
    const withoutBody = upgrade === undefined ? 'none' : 'tunnel';
    const framing = head.isChunked ? 'chunked' : head.contentLength > 0 ? 'length' : withoutBody;
    connection.begin(this, this.#upstreamHead(route, endpoint, credentials), this.method === 'HEAD', framing, upgrade);
    if (head.hasBody) this.#sendBody(connection);
    else if (this.#requestEndedAt < 0) this.#requestEndedAt = this.#sentAt;
  }

  #upstreamHead(route: Route, endpoint: Endpoint, credentials: string): string {
    const { head } = this;
    let lines =
      `${this.method} ${this.#target} HTTP/1.1\r\nhost: ${endpoint.authority}\r\n${head.lines}` +
      forwardedLines(head, this.#client.address, this.scheme, this.#config.xff_num_trusted_hops) +
      `x-request-id: ${this.#requestId}\r\ntraceparent: ${traceparentOf(this.#trace)}\r\n${credentials}`;
    if (head.isChunked) lines += 'transfer-encoding: chunked\r\n';
    else if (head.contentLength >= 0) lines += `content-length: ${head.contentLength}\r\n`;
    if (this.#upgrade !== undefined) lines += `connection: Upgrade\r\nupgrade: ${this.#upgrade}\r\n`;
    if (route.passCookies && head.cookie !== undefined) lines += `cookie: ${head.cookie}\r\n`;
    return `${lines}\r\n`;
  }

  // --- body up

  #sendBody(connection: UpstreamConnection): void {
    if (!this.#readsBody) {
      this.#readBody();
      return;
    }
    // Another try: first what the one before had of it.
    if (this.#keptBody) connection.write(this.#keptBody.bytes);
    if (this.#requestEndedAt >= 0) connection.endBody();
    else this.#client.resume();
  }

  #readBody(): void {
    if (this.#awaitsContinue) this.#client.writeContinue();
    this.#awaitsContinue = false;
    this.#readsBody = true;
    this.#client.readBody();
  }

  onRequestData(chunk: Buffer): void {
    this.#activeAt = performance.now();
    this.#requestBytes += chunk.length;
    if (!this.#connection || !this.#route) return; // refused or already answered: the rest goes nowhere
    if (this.#requestBytes > this.#route.bodyLimit.bytesMax) this.refuse(this.#route.bodyLimit.problem);
    else {
      if (this.#isReplayable) this.#keep(chunk, this.#route.retryPolicy.bodyBytesMax);
      if (!this.#connection.write(chunk)) this.#client.pause();
    }
  }

  #keep(chunk: Buffer, bytesMax: number): void {
    if (this.#requestBytes > bytesMax || this.head.contentLength > bytesMax) {
      this.#isReplayable = false;
      this.#releaseBody();
    } else if (this.#keptBody) this.#keptBody.add(chunk);
    else this.#keptBody = new KeptBody(chunk);
  }

  #releaseBody(): void {
    this.#keptBody?.release();
    this.#keptBody = undefined;
  }

  onRequestEnd(): void {
    this.#requestEndedAt = performance.now();
    this.#connection?.endBody();
  }

  /** From the connection: it takes more of the body. */
  onDrain(): void {
    if (this.#readsBody) this.#client.resume();
  }

  // --- answer down

  onHead(head: ResponseHead): void {
    const { status } = head;
    this.#upstreamStatus = status;
    this.#report(status);
    if (status === 503 && head.isRetryable && this.#tryAgain('retriable')) return;
    this.#isReplayable = false;
    this.#releaseBody();
    if (this.#route?.passCookies) head.lines += head.cookies;
    if (status === 101) this.#openTunnel(head);
    else this.#heldHead = head;
  }

  #releaseHead(): void {
    const head = this.#heldHead;
    this.#heldHead = undefined;
    if (head) this.#writeHead(head);
  }

  /** The service agrees: from now on the connection is bytes both ways. */
  #openTunnel(head: ResponseHead): void {
    if (!this.#connection) return;
    head.addAll(['connection', 'Upgrade', 'upgrade', this.#upgrade as string, 'x-request-id', this.#requestId]);
    this.#status = 101;
    const socket = this.#client.upgrade(head);
    this.#requestEndedAt = -1; // no time-out of the route's but the idle one
    this.#tunnel = new Tunnel(socket, this.#connection);
    this.#connection.handOver(this.#tunnel);
  }

  onData(chunk: Buffer, isLast: boolean): void {
    this.#activeAt = performance.now();
    this.#responseBytes += chunk.length;
    this.#releaseHead();
    if (isLast) this.#lastChunk = chunk;
    else if (!this.#client.write(chunk)) this.#connection?.pause();
  }

  /** From the client: it takes more of the answer. */
  onAnswerDrain(): void {
    this.#activeAt = performance.now();
    this.#connection?.resume();
  }

  /** The head of a slow answer does not wait for its body. */
  onPartRead(): void {
    if (!this.#heldHead) return;
    this.#releaseHead();
    this.#client.flushHead();
  }

  onEnd(): void {
    this.#connection = undefined;
    this.#answeredAt = performance.now();
    this.#releaseHead();
    this.#client.end(this.#lastChunk);
    // Answered before all was asked: what still comes of the body goes nowhere.
    if (this.#readsBody && !this.#isOver) this.#client.resume();
  }

  #writeHead(head: ResponseHead): void {
    const { edge } = this.#listener;
    const route = this.#route;
    if (route) {
      for (const filter of route.responseFilters) filter.onResponse(this, head);
      head.addMissing(this.scheme === 'https' ? route.headersToAddOverTls : route.headersToAdd);
    }
    head.add('x-request-id', this.#requestId);
    // What follows a malformed request cannot be told apart, nor what follows one whose client was not told to go on:
    // it may or may not send its body.
    const isLast = edge.isDraining || this.#isLast || this.#awaitsContinue || this.#flags === 'DPE';
    this.#status = head.status;
    this.#client.writeHead(head, isLast);
  }

  // --- answers of our own

  #answerVerdict(verdict: Problem | DirectAnswer): void {
    if (verdict instanceof Problem) {
      this.refuse(verdict);
      return;
    }
    this.#writeOwnHead(verdict.status, verdict.headers, 0);
    this.#client.end();
  }

  #writeOwnHead(status: number, headers: readonly string[], contentLength: number): void {
    const head = new ResponseHead(status);
    head.addAll(headers);
    head.contentLength = contentLength;
    this.#writeHead(head);
  }

  #serveFile(files: StaticFiles): void {
    const isRead = this.method === 'GET' || this.method === 'HEAD';
    const file = isRead ? files.find(this.path, this.head.accept) : undefined;
    if (!file) {
      this.refuse(isRead ? problems.routeNotFound : problems.readOnly);
      return;
    }
    const { status, headers, body } = file.answer(this.head.acceptEncoding, this.head.ifNoneMatch);
    this.#writeOwnHead(status, headers, body ? body.length : -1);
    if (this.method === 'GET' && body) this.#responseBytes = body.length;
    this.#client.end(body);
  }

  /**
   * Ends the exchange with a problem; where an answer has begun, by cutting it off, so that no client takes it for whole.
   * @param flag Envoy's response flag, where there is one for it
   */
  refuse(problem: Problem, flag?: string): void {
    if (this.#isOver) return;
    if (flag) this.#flags = flag;
    this.#abandonUpstream();
    if (this.#status > 0) this.#client.cut();
    else this.#answerProblem(problem);
  }

  #answerProblem(problem: Problem): void {
    const body = Buffer.from(JSON.stringify(problem.toBody(this.#trace.traceId)));
    const headers = ['content-type', 'application/problem+json', 'cache-control', 'no-store'];
    headers.push(...Object.entries(problem.headers).flat());
    this.#writeOwnHead(problem.status, headers, body.length);
    this.#responseBytes = this.method === 'HEAD' ? 0 : body.length;
    this.#client.end(body);
  }

  /** A fault of our own. */
  fail(error: unknown): void {
    this.#listener.edge.log.error({ err: error, traceId: this.#trace.traceId }, 'the gateway failed on a request');
    this.refuse(new InternalError({ cause: error }));
  }

  // --- a try fails

  onFailure(failure: UpstreamFailure, cause?: unknown): void {
    if (cause)
      this.#listener.edge.log.warn(
        { err: cause, cluster: this.#cluster?.name, traceId: this.#trace.traceId },
        'a service gave no proper answer',
      );
    this.#failTry(failure);
  }

  #failTry(failure: UpstreamFailure | 'UT'): void {
    const problem = problemOf[failure];
    if (!this.#isStale(failure)) this.#report(problem.status);
    if (failure === 'UPE' || !this.#tryAgain(failure)) this.refuse(problem, failure);
  }

  #report(status: number): void {
    if (this.#endpoint) this.#cluster?.report(this.#endpoint, status);
  }

  /**
   * A service may close what is idle at any moment, also while our request is on its way: that says nothing of the service,
   * and costs neither a wait nor a retry. A fresh connection cannot meet with it again.
   */
  #isStale(failure: UpstreamFailure | TryFailure): boolean {
    const connection = this.#connection;
    return failure === 'UC' && !!connection && connection.uses > 1 && !connection.hasAnswerBegun && !this.#needsFresh;
  }

  /** Sends the request once more where that is safe and within bounds. @returns false where it is not */
  #tryAgain(failure: TryFailure): boolean {
    const connection = this.#connection;
    if (!connection || !this.#isReplayable || !isSafeToRetry(this, failure)) return false;
    if (connection.hasAnswerBegun && failure !== 'retriable') return false;
    const isStale = this.#isStale(failure);
    if (!isStale && !this.#takeRetry(failure)) return false;
    this.#needsFresh ||= isStale;
    this.#abandonUpstream();
    // What is read to its end is not paused: we would not notice that the client leaves.
    if (this.#readsBody && this.#requestEndedAt < 0) this.#client.pause();
    if (isStale) this.#sendAgain();
    else this.#retries?.wait(() => this.#sendAgain());
    return true;
  }

  #takeRetry(failure: TryFailure): boolean {
    const policy = this.#route?.retryPolicy;
    if (!policy?.covers(failure) || !this.#cluster || !this.#endpoint) return false;
    this.#retries ??= new Retries(policy, this.#cluster, this.#listener.edge.retries);
    return this.#retries.take(this.#endpoint);
  }

  #sendAgain(): void {
    if (!this.#isAnswered && this.#route?.cluster) this.#forward(this.#route, this.#route.cluster);
  }

  // --- ways to end early

  checkTime(now: number): void {
    const connection = this.#connection;
    const isSent = this.#requestEndedAt >= 0;
    if (connection && !connection.isConnected && now - this.#sentAt > (this.#cluster?.connectTimeoutMs ?? 0))
      this.#failTry('UF');
    else if (connection && isSent && now - this.#requestEndedAt > (this.#route?.timeoutMs ?? 0)) this.#timeOut();
    else if (connection && isSent && now - Math.max(this.#sentAt, this.#requestEndedAt) > this.#perTryTimeoutMs)
      this.#failTry('UT');
    else if (!isSent && this.head.hasBody && now - this.#startedAt > this.#config.request_timeout)
      this.refuse(problems.requestTimeout, 'DPE');
    else if (now - (this.#tunnel?.activeAt ?? this.#activeAt) > this.#idleTimeoutMs)
      this.refuse(isSent || this.#client.isPaused ? problems.upstreamSlow : problems.requestTimeout, 'SI');
  }

  get #idleTimeoutMs(): number {
    return this.#route?.idleTimeoutMs ?? this.#config.stream_idle_timeout;
  }

  #timeOut(): void {
    if (this.#status === 0) this.#report(problems.upstreamSlow.status);
    this.refuse(problems.upstreamSlow, 'UT');
  }

  /** Once the answer has begun, it is no more a try. */
  get #perTryTimeoutMs(): number {
    return this.#status > 0 ? Number.POSITIVE_INFINITY : (this.#route?.retryPolicy.perTryTimeoutMs ?? 0);
  }

  get clientAddress(): string {
    return clientAddressOf(this.head, this.#client.address, this.#config.xff_num_trusted_hops);
  }

  /** The body of this request is not HTTP, or does not arrive in time. */
  onClientError(problem: Problem): void {
    this.#isLast = true;
    this.refuse(problem, 'DPE');
  }

  #abandonUpstream(): void {
    this.#connection?.destroy();
    this.#connection = undefined;
  }

  // --- the end: the answer has left, or the client has

  onClose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { edge } = this.#listener;
    edge.deadlines.delete(this);
    if (!this.#client.isFinished && !this.#tunnel?.isDone && this.#flags === '-')
      this.#flags = this.#tunnel?.failure ?? 'DC';
    this.#abandonUpstream();
    this.#releaseBody();
    this.#retries?.end(this.#client.isFinished && this.#flags === '-');

    const completed = this.#completed();
    const { method, route, status, cluster, startedAt, endedAt } = completed;
    const failure = this.#flags === '-' ? this.#retries?.flag : this.#flags;
    if (cluster && failure) edge.upstreamFailures.inc({ cluster, flag: failure });
    edge.requestTimes.observe(method, route, status, (endedAt - startedAt) / 1_000);
    edge.accessLog.write(completed);
    if (this.#trace.isSampled) edge.spans?.record(completed);
  }

  /** Envoy's response flags: what went wrong, then why it was not tried again, then what a filter did. */
  get #responseFlags(): string {
    const retryFlag = this.#retries?.flag;
    if (!retryFlag && !this.filterFlag) return this.#flags;
    const wrong = this.#flags === '-' ? undefined : this.#flags;
    return [wrong, retryFlag, this.filterFlag].filter((flag) => flag !== undefined).join(',');
  }

  #completed(): CompletedRequest {
    const now = performance.now();
    const endpoint = this.#endpoint;
    return {
      method: this.method,
      route: this.#route?.pattern ?? 'none',
      path: this.path,
      scheme: this.scheme,
      status: this.#status,
      startedAt: this.#startedAt,
      endedAt: now,
      requestBytes: this.#tunnel?.bytesUp ?? this.#requestBytes,
      responseBytes: this.#tunnel?.bytesDown ?? this.#responseBytes,
      cluster: this.#cluster?.name ?? '',
      flags: this.#responseFlags,
      requestId: this.#requestId,
      trace: this.#trace,
      call: endpoint && {
        host: endpoint.host,
        port: endpoint.port,
        status: this.#upstreamStatus,
        startedAt: this.#sentAt,
        endedAt: this.#answeredAt || now,
      },
    };
  }
}

const problemOf: Readonly<Record<UpstreamFailure | 'UT', Problem>> = {
  UF: problems.upstreamDown,
  UC: problems.upstreamGone,
  UPE: problems.upstreamGarbled,
  UT: problems.upstreamSlow,
};
