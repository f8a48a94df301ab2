import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { issueWorkloadToken } from '@outlay/identity/workload-token.ts';

/** Who calls whom, and so who needs a token for whom: the arrows of the architecture. */
export const calls = {
  gateway: ['auth', 'expense', 'analytics'],
  analytics: ['auth', 'expense'],
  expense: ['auth'],
  auth: [],
} as const satisfies Record<string, readonly string[]>;

export interface WorkloadIssuerOptions {
  /** Holds `jwks.json` and `tokens/<caller>/<audience>`. */
  readonly folder: string;
  readonly lifeSeconds?: number;
  readonly renewMs?: number;
}

export interface WorkloadIssuer {
  readonly issuer: string;
  readonly namespace: string;
  readonly jwksFile: string;
  /** A caller's tokens, a file per audience. */
  tokenDir(caller: keyof typeof calls): string;
  stop(): void;
}

/** Well under the tokens' life, as the kubelet has it, so that one missed renewal does no harm. */
const renewAfterMs = 3 * 60_000;

/**
 * Stands in for Kubernetes: issues each service a token for each service that it calls and renews them in place. The
 * key lives only as long as this process; the next start's services trust another.
 */
export function startWorkloadIssuer(options: WorkloadIssuerOptions): WorkloadIssuer {
  const { folder, lifeSeconds = 600, renewMs = renewAfterMs } = options;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomUUID();
  const issuer = 'https://runner.outlay.local';
  const namespace = 'outlay';
  const jwksFile = join(folder, 'jwks.json');
  const tokenDir = (caller: keyof typeof calls) => join(folder, 'tokens', caller);

  rmSync(folder, { recursive: true, force: true }); // the last run's tokens, signed by a key that nobody trusts now
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' };
  writeAtomically(jwksFile, JSON.stringify({ keys: [jwk] }));

  let mintedAt = 0;
  const mint = () => {
    mintedAt = Date.now();
    for (const caller of Object.keys(calls) as (keyof typeof calls)[]) {
      mkdirSync(tokenDir(caller), { recursive: true, mode: 0o700 });
      for (const audience of calls[caller]) {
        const claims = { issuer, namespace, audience, name: caller, lifeSeconds };
        writeAtomically(join(tokenDir(caller), audience), issueWorkloadToken({ kid, privateKey }, claims));
      }
    }
  };
  mint();
  // By the wall clock and often: timers stand still while a laptop sleeps, tokens grow old.
  const timer = setInterval(
    () => {
      if (Date.now() - mintedAt >= renewMs) mint();
    },
    Math.min(renewMs, 5_000),
  );
  timer.unref();
  return { issuer, namespace, jwksFile, tokenDir, stop: () => clearInterval(timer) };
}

/** Readers see the old file or the new one, never half of one. */
function writeAtomically(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, content, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
