import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServiceApi, serviceApi } from './request.ts';
import { type ServiceProcess, startServiceProcess } from './service-process.ts';
import { createTestIdentity, type TestIdentity } from './test-identity.ts';

export interface RunningServices {
  readonly identity: TestIdentity;
  /** As the gateway calls them. */
  readonly expense: ServiceApi;
  readonly analytics: ServiceApi;
  readonly processes: { readonly expense: ServiceProcess; readonly analytics: ServiceProcess };
  /** Ends both by SIGTERM; gives their exit codes. */
  stop(): Promise<{ expense: number | null; analytics: number | null }>;
}

/** What a process needs to trust the identities of a test. */
export interface TrustedPlace {
  readonly identity: TestIdentity;
  readonly env: Record<string, string>;
  /** A folder with a service's workload tokens, for WORKLOAD_TOKEN_DIR. */
  tokenFolder(name: string, callees: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** Issuer, keys and tokens of a test where processes find them: in files and at a URL, without auth. */
export async function openTrustedPlace(): Promise<TrustedPlace> {
  const identity = createTestIdentity();
  const folder = await mkdtemp(join(tmpdir(), 'outlay-test-services-'));
  const jwksFile = join(folder, 'workload-jwks.json');
  await writeFile(jwksFile, JSON.stringify(identity.workloadJwks));
  const jwks = createServer((_, response) => response.end(JSON.stringify(identity.jwks)));
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
  return {
    identity,
    env: {
      WORKLOAD_ISSUER: identity.workloadIssuer,
      WORKLOAD_NAMESPACE: identity.namespace,
      WORKLOAD_JWKS_FILE: jwksFile,
      USER_TOKEN_ISSUER: identity.userTokenSettings.issuer,
      USER_TOKEN_AUDIENCE: identity.userTokenSettings.audience,
      JWKS_URL: `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/.well-known/jwks.json`,
    },
    async tokenFolder(name, callees) {
      await mkdir(join(folder, name));
      for (const callee of callees) await writeFile(join(folder, name, callee), identity.workloadToken(name, callee));
      return join(folder, name);
    },
    async close() {
      jwks.closeAllConnections();
      await new Promise((resolve) => jwks.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * Starts expense and analytics as processes that trust the identities of a test: as they run for people, with tokens from
 * files and users' keys from a URL, without the gateway and auth.
 * @param env for both: a collector, for instance
 * @param analytics settings of its own; @param between where it finds expense instead: what lies between them, given where that is
 */
export async function startExpenseAndAnalytics(
  mongodbUri: string,
  env: Record<string, string> = {},
  {
    analytics: own = {},
    between = async (expenseUrl) => expenseUrl,
  }: { analytics?: Record<string, string>; between?: (expenseUrl: string) => Promise<string> } = {},
): Promise<RunningServices> {
  const place = await openTrustedPlace();
  const { identity } = place;
  const common = { ...place.env, ...env };

  const expense = await startServiceProcess('services/expense/src/main.ts', {
    ...common,
    MONGODB_URI: mongodbUri,
    WORKLOAD_TOKEN_DIR: await place.tokenFolder('expense', ['auth']),
  });
  const analytics = await startServiceProcess('services/analytics/src/main.ts', {
    ...common,
    ...own,
    EXPENSE_URL: await between(expense.baseUrl),
    WORKLOAD_TOKEN_DIR: await place.tokenFolder('analytics', ['auth', 'expense']),
  });
  return {
    identity,
    expense: serviceApi(expense.baseUrl, identity, 'expense'),
    analytics: serviceApi(analytics.baseUrl, identity, 'analytics'),
    processes: { expense, analytics },
    async stop() {
      const codes = { analytics: await analytics.stop(), expense: await expense.stop() };
      await place.close();
      return codes;
    },
  };
}
