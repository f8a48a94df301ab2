import { keysUnavailable, sessionEnded, tokenMissing, UserTokenRefused } from '../../problems.ts';
import type { Filter, FilteredRequest, Verdict } from '../filter.ts';
import type { RequestHead } from '../request-head.ts';
import type { RemoteJwks } from './remote-jwks.ts';
import type { RevokedSessions } from './revoked-sessions.ts';
import { VerifiedTokens } from './verified-tokens.ts';
import {
  parseToken,
  type TokenExpectations,
  type TokenFault,
  type VerifiedToken,
  verifyToken,
} from './verify-token.ts';

const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Lets a request on only with a valid user token (RFC 9068), and remembers tokens it has verified until they expire: the
 * signature of a token that is used a thousand times is checked once. A token of a session that has ended is none.
 */
export class JwtAuthn implements Filter {
  readonly name = 'jwt_authn';
  readonly #keys: RemoteJwks;
  readonly #expectations: TokenExpectations;
  readonly #revoked: Pick<RevokedSessions, 'has'> | undefined;
  readonly #verified: VerifiedTokens | undefined;
  readonly #now: () => number;
  /** Counted for the metrics. */
  readonly counts = { cached: 0, verified: 0, refused: 0, revoked: 0, unavailable: 0 };

  /**
   * @param cacheSize tokens remembered; 0 for none
   * @param revoked sessions that have ended, where somebody tells of them
   * @param now Unix seconds
   */
  constructor(
    keys: RemoteJwks,
    expectations: TokenExpectations,
    cacheSize: number,
    revoked?: Pick<RevokedSessions, 'has'>,
    now: () => number = () => Date.now() / 1_000,
  ) {
    this.#keys = keys;
    this.#expectations = expectations;
    this.#verified = cacheSize > 0 ? new VerifiedTokens(cacheSize) : undefined;
    this.#revoked = revoked;
    this.#now = now;
  }

  onRequest(request: FilteredRequest): Verdict | Promise<Verdict> {
    const { head } = request;
    const { authorization } = head;
    if (authorization === undefined) return this.#refuse(tokenMissing);
    const known = head.verifiedBy === this ? head.verified : this.#verified?.get(authorization);
    if (known !== undefined && known.expiresAt > this.#now()) {
      if (this.#revoked?.has(known.sessionId)) {
        this.#forget(head, authorization);
        return this.#refuseEnded();
      }
      this.counts.cached++;
      return this.#accept(request, known);
    }
    return this.#verify(request, authorization);
  }

  #verify(request: FilteredRequest, authorization: string): Verdict | Promise<Verdict> {
    const token = bearer.exec(authorization)?.[1];
    if (token === undefined) return this.#refuse(tokenMissing);
    const parsed = parseToken(token);
    if (typeof parsed === 'string') return this.#refuse(new UserTokenRefused(parsed));

    const finish = (result: VerifiedToken | TokenFault): Verdict => {
      if (typeof result === 'string') return this.#refuse(new UserTokenRefused(result));
      if (this.#revoked?.has(result.sessionId)) return this.#refuseEnded();
      this.counts.verified++;
      this.#verified?.set(authorization, result);
      return this.#accept(request, result);
    };
    const key = this.#keys.find(parsed.keyId);
    if (key === undefined) return finish('The token is signed by an unknown key.');
    if (!(key instanceof Promise)) return finish(verifyToken(parsed, key, this.#expectations, this.#now()));
    return key.then(
      (found) =>
        finish(
          found
            ? verifyToken(parsed, found, this.#expectations, this.#now())
            : 'The token is signed by an unknown key.',
        ),
      () => {
        this.counts.unavailable++;
        return keysUnavailable;
      },
    );
  }

  /** A head that comes again (KnownHeads) brings its token with it, as the one that was verified. */
  #accept(request: FilteredRequest, token: VerifiedToken): undefined {
    request.token = token;
    if (!this.#verified) return;
    request.head.verifiedBy = this;
    request.head.verified = token;
  }

  #forget(head: RequestHead, authorization: string): void {
    this.#verified?.delete(authorization);
    head.verifiedBy = undefined;
    head.verified = undefined;
  }

  #refuseEnded(): UserTokenRefused {
    this.counts.revoked++;
    return sessionEnded;
  }

  #refuse(problem: UserTokenRefused): UserTokenRefused {
    this.counts.refused++;
    return problem;
  }
}
