import { BodyTooLarge, MethodNotAllowed, Problem, RouteNotFound, Unavailable } from '@outlay/service-kit/problem.ts';

/** The request is not HTTP as RFC 9110 and 9112 have it, or could be read in two ways. */
export class BadRequest extends Problem {
  static override readonly code = 'bad-request';
  static override readonly status = 400;
  static override readonly title = 'The request cannot be understood';
}

export class UserTokenRefused extends Problem {
  static override readonly code = 'unauthenticated';
  static override readonly status = 401;
  static override readonly title = 'Authentication is needed';
  constructor(detail: string) {
    super(detail, { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
  }
}

class CrossSiteRequest extends Problem {
  static override readonly code = 'cross-site-request';
  static override readonly status = 403;
  static override readonly title = 'Requests from other sites are refused here';
}

/** RFC 6750 § 3.1. */
export class ScopeMissing extends Problem {
  static override readonly code = 'insufficient-scope';
  static override readonly status = 403;
  static override readonly title = 'The token does not allow this';
  constructor(scopes: readonly string[]) {
    const scope = scopes.length > 0 ? `, scope="${scopes.join(' ')}"` : '';
    super('The token lacks a scope or role that is needed here.', {
      headers: { 'www-authenticate': `Bearer error="insufficient_scope"${scope}` },
    });
  }
}

class UpgradeRefused extends Problem {
  static override readonly code = 'upgrade-refused';
  static override readonly status = 403;
  static override readonly title = 'This protocol is not spoken here';
}

class RequestTimeout extends Problem {
  static override readonly code = 'request-timeout';
  static override readonly status = 408;
  static override readonly title = 'The request took too long to arrive';
}

/** Unlike the services' own, it lets the client finish sending within bounds: cut off, it would not read the answer. */
export class RequestTooLarge extends Problem {
  static override readonly code = BodyTooLarge.code;
  static override readonly status = BodyTooLarge.status;
  static override readonly title = BodyTooLarge.title;
  constructor(bytesMax: number) {
    super(`At most ${bytesMax} bytes are taken here.`);
  }
}

class ExpectationFailed extends Problem {
  static override readonly code = 'expectation-failed';
  static override readonly status = 417;
  static override readonly title = 'The expectation cannot be met';
}

/** When to come back stands in the answer's Retry-After, which the limit adds. */
export class TooManyRequests extends Problem {
  static override readonly code = 'too-many-requests';
  static override readonly status = 429;
  static override readonly title = 'Too many requests';
}

class HeadTooLarge extends Problem {
  static override readonly code = 'head-too-large';
  static override readonly status = 431;
  static override readonly title = 'The request head is too large';
}

class NotImplemented extends Problem {
  static override readonly code = 'not-implemented';
  static override readonly status = 501;
  static override readonly title = 'Not implemented';
}

class VersionNotSupported extends Problem {
  static override readonly code = 'version-not-supported';
  static override readonly status = 505;
  static override readonly title = 'This version of HTTP is not served';
}

/** The service answered something that is not HTTP. */
class BadUpstreamAnswer extends Problem {
  static override readonly code = 'bad-upstream-answer';
  static override readonly status = 502;
  static override readonly title = 'A service behind the gateway gave no proper answer';
}

class UpstreamTimeout extends Problem {
  static override readonly code = 'upstream-timeout';
  static override readonly status = 504;
  static override readonly title = 'A service behind the gateway took too long';
}

/** Envoy answers 503 for all of these, and so do we: nothing came back, and a client that may ask again can. */
class UpstreamUnavailable extends Problem {
  static override readonly code = Unavailable.code;
  static override readonly status = Unavailable.status;
  static override readonly title = Unavailable.title;
  constructor(detail: string) {
    super(detail, { headers: { 'retry-after': '1' } });
  }
}

/** On purpose, with the status that the configuration or the client asks for. */
export class FaultInjected extends Problem {
  static override readonly code = 'fault-injected';
  static override readonly status = 503;
  static override readonly title = 'A fault on purpose';
  readonly #status: number;
  constructor(status: number) {
    super('The gateway is set up to fail some requests, to see whether clients bear it.');
    this.#status = status;
  }
  override get status(): number {
    return this.#status;
  }
  override toBody(traceId: string | undefined): ReturnType<Problem['toBody']> {
    return { ...super.toBody(traceId), status: this.#status };
  }
}

// Refusals without particulars, made once: an Error walks the stack when it is made.
export const tokenMissing = new UserTokenRefused('A user’s bearer token is missing.');
export const sessionEnded = new UserTokenRefused('The session has ended.');
export const keysUnavailable = new UpstreamUnavailable('The token cannot be verified at the moment.');
export const crossSite = new CrossSiteRequest('Only the page itself may send this request.');
export const routeNotFound = new RouteNotFound();
export const readOnly = new MethodNotAllowed('Use GET or HEAD here.', { headers: { allow: 'GET, HEAD' } });
export const methodUnknown = new NotImplemented('This method is not served.');
export const upgradeRefused = new UpgradeRefused('The connection cannot become what Upgrade asks for.');
export const codingUnknown = new NotImplemented('No transfer coding but chunked is understood.');
export const tooManyRequests = new TooManyRequests('Please try again a little later.');
export const headTooLarge = new HeadTooLarge('Fewer or shorter header fields, please.');
export const expectationUnknown = new ExpectationFailed('Nothing but 100-continue can be expected here.');
export const versionUnknown = new VersionNotSupported('HTTP/1.1 is served here.');
export const requestTimeout = new RequestTimeout('The rest of the request did not arrive in time.');
export const malformed = new BadRequest('The request is not well-formed HTTP/1.1.');
export const upstreamDown = new UpstreamUnavailable('The service cannot be reached.');
export const upstreamGone = new UpstreamUnavailable('The service closed the connection before it answered.');
export const upstreamAway = new UpstreamUnavailable('No instance of the service takes requests.');
export const upstreamFull = new UpstreamUnavailable('The service is at its limit of concurrent requests.');
export const upstreamGarbled = new BadUpstreamAnswer('The service’s answer was not well-formed HTTP.');
export const upstreamSlow = new UpstreamTimeout('The service did not answer in time.');
export const overloaded = new UpstreamUnavailable('The gateway has more to do than it can.');
export const notCredentialed = new UpstreamUnavailable('The gateway has no credentials for the service.');
export const pathAmbiguous = new BadRequest('The path holds dot segments, doubled or encoded slashes, or is no path.');
export const fragmentSent = new BadRequest('A fragment is the client’s own and is not sent.');
export const hostMissing = new BadRequest('There is no Host.');
