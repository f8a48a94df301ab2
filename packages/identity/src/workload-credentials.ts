import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Unavailable } from '@outlay/service-kit/problem.ts';

/** Our own tokens, one for each service that we call. */
export interface WorkloadCredentials {
  tokenFor(audience: string): Promise<string>;
}

/** The kubelet rotates at 80 % of a token's life; a token read 10 s ago is good for a minute at least. */
const rereadMs = 10_000;

/** Tokens from a directory with one file per audience, re-read as the platform rotates them. */
export function workloadTokenDirectory(directory: string, now: () => number = Date.now): WorkloadCredentials {
  const tokens = new Map<string, { token: string; readAt: number }>();
  return {
    async tokenFor(audience) {
      const known = tokens.get(audience);
      if (known && now() - known.readAt < rereadMs) return known.token;
      try {
        const token = (await readFile(join(directory, audience), 'utf8')).trim();
        tokens.set(audience, { token, readAt: now() });
        return token;
      } catch (cause) {
        throw new Unavailable(`This service has no workload token for ${audience}.`, { cause });
      }
    },
  };
}
