import type { TokenIssuer } from './tokens.ts';

/** What is asked of each proxy. */
export interface Load {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly requestBytes: number;
  /** Of the answer's body: anything else is a wrong answer, and fails the bench. */
  readonly answerBytes: number;
  /** Requests carry them in turn. */
  readonly tokens: readonly string[];
  /** Kept connections: as many requests are under way. */
  readonly connections: number;
  /** Requests started per second whether or not those before are answered; undefined: each as soon as one is answered. */
  readonly perSecond?: number;
  /** Every token is new to the proxy, or was forgotten since: each run takes the next `coldTokensPerRun`. */
  readonly isCold?: boolean;
}

export const smallBytes = 300;
export const largeBytes = 65_536;
/** At which latencies are compared: every proxy keeps up with it. */
const fixedPerSecond = 2_000;
/** Of each run its own, and so many that none is remembered when its turn comes again. */
export const coldTokensPerRun = 10_000;

/** @param runs how often each load is run, warm-up included @param isWanted by its name */
export function createLoads(issuer: TokenIssuer, runs: number, isWanted: (name: string) => boolean): Load[] {
  const warm = issuer.issue('ES256', 100).flatMap((token, i) => [token, issuer.issue('RS256', 100)[i] as string]);
  const small = { method: 'GET', path: '/api/v1/ledgers/small', requestBytes: 0, answerBytes: smallBytes } as const;
  const upload = { method: 'POST', path: '/api/v1/ledgers/upload', answerBytes: smallBytes, tokens: warm } as const;
  const warmLoads: Load[] = [
    { name: 'GET 300 B', ...small, tokens: warm, connections: 64 },
    {
      name: 'GET 64 KiB',
      method: 'GET',
      path: '/api/v1/ledgers/large',
      requestBytes: 0,
      answerBytes: largeBytes,
      tokens: warm,
      connections: 64,
    },
    { name: 'POST 1 KiB', ...upload, requestBytes: 1_024, connections: 64 },
    { name: 'POST 64 KiB', ...upload, requestBytes: 65_536, connections: 32 },
    { name: 'POST 1 MiB', ...upload, requestBytes: 1_048_576, connections: 8 },
    { name: `GET 300 B, ${fixedPerSecond}/s`, ...small, tokens: warm, connections: 64, perSecond: fixedPerSecond },
  ];
  // Making so many tokens takes seconds.
  const coldLoads = (['ES256', 'RS256'] as const)
    .map((algorithm) => ({ algorithm, name: `cold ${algorithm}` }))
    .filter(({ name }) => isWanted(name))
    .map(({ algorithm, name }): Load => {
      const tokens = issuer.issue(algorithm, coldTokensPerRun * runs);
      return { name, ...small, tokens, connections: 64, isCold: true };
    });
  return [...warmLoads.filter(({ name }) => isWanted(name)), ...coldLoads];
}
