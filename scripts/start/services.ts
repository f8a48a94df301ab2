import { join } from 'node:path';
import { repositoryRoot } from './settings.ts';
import type { PartSpec } from './supervisor.ts';
import { webRoot } from './web-page.ts';
import type { WorkloadIssuer } from './workload-issuer.ts';

export const serviceNames = ['gateway', 'auth', 'expense', 'analytics'] as const;
export type ServiceName = (typeof serviceNames)[number];

export type ServicePorts = Record<ServiceName, { port: number; adminPort: number }>;
/** The ports that the services take where they are free. */
export const usualPorts: ServicePorts = {
  auth: { port: 3001, adminPort: 9001 },
  expense: { port: 3002, adminPort: 9002 },
  analytics: { port: 3003, adminPort: 9003 },
  gateway: { port: 8080, adminPort: 9000 },
};

export interface ServicesOptions {
  readonly home: string;
  readonly ports: ServicePorts;
  readonly issuer: WorkloadIssuer;
  readonly keyEncryptionKeyFile: string;
  readonly logLevel: string;
  readonly otlpEndpoint: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** What a process needs of ours to run at all; everything else is told to it by name. */
const inherited = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TZ',
  'LANG',
  'LC_ALL',
  'NODE_EXTRA_CA_CERTS',
  'OTEL_EXPORTER_OTLP_HEADERS',
];

/** As the image has it: an import's memory stays near what is live instead of what the machine would bear. */
export const expenseMemory = {
  flags: ['--max-semi-space-size=8', '--max-old-space-size=144'],
  env: { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' },
} as const;

/**
 * How each service is started, with its own settings and secrets only.
 * @returns a function, for the databases' addresses are known later than the rest
 */
export function describeServices(options: ServicesOptions) {
  const { home, ports, issuer, keyEncryptionKeyFile, logLevel, otlpEndpoint, env } = options;
  const address = (name: ServiceName) => `http://127.0.0.1:${ports[name].port}`;
  const shared: NodeJS.ProcessEnv = {
    ...Object.fromEntries(inherited.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
    NODE_ENV: 'production',
    NODE_COMPILE_CACHE: join(repositoryRoot, 'node_modules/.cache/node'), // halves the time that loading takes
    HOST: '127.0.0.1',
    DRAIN_MS: '0', // nobody routes to us who would have to hear of it first
    LOG_LEVEL: logLevel,
    LOG_FORMAT: 'json',
    ...(otlpEndpoint && { OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint }),
  };
  const verifiesCallers = {
    WORKLOAD_JWKS_FILE: issuer.jwksFile,
    WORKLOAD_ISSUER: issuer.issuer,
    WORKLOAD_NAMESPACE: issuer.namespace,
  };
  const verifiesUsers = { JWKS_URL: `${address('auth')}/.well-known/jwks.json` };
  const own: Record<ServiceName, NodeJS.ProcessEnv> = {
    auth: { ...verifiesCallers, KEY_ENCRYPTION_KEY_FILE: keyEncryptionKeyFile },
    expense: { ...verifiesCallers, ...verifiesUsers },
    analytics: { ...verifiesCallers, ...verifiesUsers, EXPENSE_URL: address('expense') },
    gateway: {
      ...verifiesUsers,
      AUTH_URL: address('auth'),
      EXPENSE_URL: address('expense'),
      ANALYTICS_URL: address('analytics'),
      GATEWAY_CONFIG: join(repositoryRoot, 'services/gateway/gateway.yaml'),
      WEB_ROOT: webRoot,
      OPENAPI_FILE: join(repositoryRoot, 'docs/openapi.json'),
    },
  };
  return (name: ServiceName, database: { MONGODB_URI: string } | Record<string, never> = {}): PartSpec => ({
    name,
    command: process.execPath,
    args: [
      ...(name === 'expense' ? expenseMemory.flags : []),
      // The gateway makes its spans by hand: hooks in every module cost it half its speed.
      ...(name === 'gateway' ? [] : ['--import', '@outlay/service-kit/telemetry.ts']),
      join(repositoryRoot, 'services', name, 'src/main.ts'),
    ],
    cwd: repositoryRoot,
    env: {
      ...shared,
      ...own[name],
      ...database,
      ...(name === 'expense' && expenseMemory.env),
      ...(name !== 'auth' && { WORKLOAD_TOKEN_DIR: issuer.tokenDir(name) }),
      PORT: String(ports[name].port),
      ADMIN_PORT: String(ports[name].adminPort),
    },
    logPath: join(home, 'logs', `${name}.log`),
    readyUrl: `http://127.0.0.1:${ports[name].adminPort}/readyz`,
  });
}
