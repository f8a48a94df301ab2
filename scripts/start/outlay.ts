import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { claimHome } from './home.ts';
import { type DatabaseUris, databaseUri, startLocalMongo } from './local-mongo.ts';
import { freePorts, requirePort } from './ports.ts';
import { readSecrets } from './secrets.ts';
import { describeServices, type ServiceName, type ServicePorts, serviceNames, usualPorts } from './services.ts';
import type { Settings } from './settings.ts';
import type { StartProblem } from './start-problem.ts';
import { createSupervisor } from './supervisor.ts';
import { ensurePage } from './web-page.ts';
import { startWorkloadIssuer, type WorkloadIssuer } from './workload-issuer.ts';

export interface Outlay {
  /** Of the page and the API. */
  readonly url: string;
  /** Past the gateway, straight at a service. */
  readonly serviceUrls: Record<ServiceName, string>;
  /** /healthz, /readyz and /metrics of each. */
  readonly adminUrls: Record<ServiceName, string>;
  readonly issuer: WorkloadIssuer;
  /** Resolves where a part ends by itself; the rest runs on until `stop`. */
  readonly failure: Promise<StartProblem>;
  /** Ends everything within 5 s: gateway first, database last. */
  stop(): Promise<void>;
}

export interface OutlayOptions extends Omit<Settings, 'demo'> {
  /** Told each part as it becomes ready, in a line. */
  readonly report?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
}

/** Callers before callees, so that nobody calls one who is gone. */
const stopOrder = [['gateway'], ['analytics'], ['expense', 'auth'], ['mongod']];
const stopMs = 4_500;
/** What is still starting then, such as a download, ends with this process. */
const abandonMs = 2_000;

/**
 * Starts the whole system on this machine: page, database, services.
 * @throws {StartProblem | MongodFailure} with what to do about it; nothing is left running then
 */
export async function startOutlay(options: OutlayOptions): Promise<Outlay> {
  const { home, port, mongodbUri, report = () => {}, env = process.env } = options;
  const claim = await claimHome(home);
  try {
    if (port) await requirePort(port, claim.wasKilled ? 5_000 : 0);
  } catch (error) {
    await claim.release();
    throw error;
  }
  const secrets = readSecrets(join(home, 'secrets'));
  const issuer = startWorkloadIssuer({ folder: join(home, 'run') });
  const ports = await choosePorts(port);
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const supervisor = createSupervisor(signal);
  const stop = async () => {
    claim.announceEnd();
    await supervisor.stop(stopOrder, stopMs);
    issuer.stop();
    await claim.release();
  };

  const specOf = describeServices({ ...options, env, ports, issuer, ...secrets });
  const service = (name: ServiceName, ownEnv = {}) =>
    timed(report, name, 'ready', supervisor.start(specOf(name, ownEnv)));
  const startDatabases = (): Promise<DatabaseUris> => {
    if (mongodbUri)
      return Promise.resolve({ auth: databaseUri(mongodbUri, 'auth'), expense: databaseUri(mongodbUri, 'expense') });
    const { mongoKeyFile: keyFile, mongoPasswords: passwords } = secrets;
    return timed(
      report,
      'mongod',
      'ready',
      startLocalMongo({ home, keyFile, passwords, supervisor, log: report, signal }),
    );
  };
  // Each beside the others, as far as it does not need them.
  const databases = startDatabases();
  const auth = databases.then((uris) => service('auth', { MONGODB_URI: uris.auth }));
  const expense = databases.then((uris) => service('expense', { MONGODB_URI: uris.expense }));
  const analytics = service('analytics');
  const page = timed(report, 'page', 'built', ensurePage({ signal }));
  // It would be ready before auth too, but refuse whoever signs in until it next asks for the keys.
  const gateway = Promise.all([page, auth]).then(() => service('gateway'));
  const starting = [databases, auth, expense, analytics, page, gateway];
  try {
    await Promise.race([Promise.all(starting), supervisor.failure.then((problem) => Promise.reject(problem))]);
  } catch (error) {
    failed.abort();
    await Promise.race([Promise.allSettled(starting), delay(abandonMs)]);
    await stop();
    throw error;
  }

  const urls = (portOf: (name: ServiceName) => number) =>
    Object.fromEntries(serviceNames.map((name) => [name, `http://127.0.0.1:${portOf(name)}`])) as Outlay['serviceUrls'];
  const url = `http://localhost:${ports.gateway.port}`;
  claim.announce(url);
  return {
    url,
    serviceUrls: urls((name) => ports[name].port),
    adminUrls: urls((name) => ports[name].adminPort),
    issuer,
    failure: supervisor.failure,
    stop,
  };
}

/** The gateway's as asked for; the usual ones of the rest where they are free, or any free ones where the gateway's may be any. */
async function choosePorts(port: number): Promise<ServicePorts> {
  const wanted = serviceNames.flatMap((name) => [
    name === 'gateway' ? port : usualPorts[name].port, // stands first, so that no other takes it
    usualPorts[name].adminPort,
  ]);
  const free = await freePorts(port === 0 ? wanted.map(() => 0) : wanted);
  const pairs = serviceNames.map((name, index) => [name, { port: free[2 * index], adminPort: free[2 * index + 1] }]);
  return Object.fromEntries(pairs) as ServicePorts;
}

/** Reports how long the work took; what answers false had nothing to do. */
async function timed<T>(report: (line: string) => void, name: string, done: string, work: Promise<T>): Promise<T> {
  const startedAt = Date.now();
  const result = await work;
  if (result !== false) report(`${name.padEnd(10)} ${done} in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
  return result;
}
