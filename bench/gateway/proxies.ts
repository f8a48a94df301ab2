import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { smallBytes } from './loads.ts';

const root = join(import.meta.dirname, '../..');
const peers = join(import.meta.dirname, 'peers');

/** The core of the proxies, one at a time, and that of all else: wrk, the service, the sink of spans. */
export const cores = { proxy: 0, load: 1 } as const;

/** Where all of a run lies: configurations as written, logs, keys. */
export interface Surroundings {
  readonly directory: string;
  readonly upstreamPort: number;
  readonly otlpUrl: string;
  readonly envoy: string;
}

export interface Proxy {
  readonly name: string;
  /** What it takes part in: warm loads, cold ones, or both. */
  readonly takes: 'warm' | 'cold' | 'both';
  readonly command: (at: Surroundings & { port: number; adminPort: number }) => {
    command: string;
    args: readonly string[];
    env?: Readonly<Record<string, string>>;
  };
}

export interface RunningProxy extends Proxy {
  readonly port: number;
  readonly pid: number;
}

/** This gateway first: the others are compared with it. */
export const proxies: readonly Proxy[] = [
  {
    name: 'outlay',
    takes: 'both',
    command: ({ directory, port, adminPort, upstreamPort, otlpUrl }) => {
      const config = join(peers, 'gateway.yaml');
      const flags = ['--max-semi-space-size=4', '--max-old-space-size=192']; // as the image has it
      const args = [...flags, join(root, 'services/gateway/src/main.ts')];
      const env = {
        PORT: String(port),
        ADMIN_PORT: String(adminPort),
        UPSTREAM_PORT: String(upstreamPort),
        GATEWAY_CONFIG: config,
        WORKLOAD_TOKEN_DIR: directory,
        OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
        LOG_FORMAT: 'json',
        NODE_COMPILE_CACHE: join(directory, 'compile-cache'), // filled beforehand, as the image's
      };
      execFileSync(process.execPath, [...args, '--check', config], { env, stdio: ['ignore', 'ignore', 'inherit'] });
      return { command: process.execPath, args, env };
    },
  },
  {
    name: 'nginx, plain',
    takes: 'warm',
    command: (at) => ({ command: 'nginx', args: ['-p', at.directory, '-c', rendered('nginx.conf', at)] }),
  },
  {
    name: 'haproxy',
    takes: 'warm',
    command: (at) => ({ command: 'haproxy', args: ['-db', '-f', rendered('haproxy.cfg', at)] }),
  },
  {
    name: 'haproxy, uncached',
    takes: 'cold',
    command: (at) => ({ command: 'haproxy', args: ['-db', '-f', rendered('haproxy-uncached.cfg', at)] }),
  },
  {
    name: 'envoy',
    takes: 'both',
    command: (at) => ({
      command: at.envoy,
      args: ['-c', rendered('envoy.yaml', at), '--concurrency', '1', '--log-level', 'warn', '--disable-hot-restart'],
    }),
  },
  {
    name: 'node:net, floor',
    takes: 'warm',
    command: ({ port, upstreamPort }) => npmPeer('relay.mjs', port, upstreamPort),
  },
  {
    name: '@fastify/http-proxy, plain',
    takes: 'warm',
    command: ({ port, upstreamPort }) => npmPeer('fastify-http-proxy.mjs', port, upstreamPort),
  },
  {
    name: 'fast-gateway, plain',
    takes: 'warm',
    command: ({ port, upstreamPort }) => npmPeer('fast-gateway.mjs', port, upstreamPort),
  },
];

const npmPeer = (file: string, port: number, upstreamPort: number) => ({
  command: process.execPath,
  args: [join(peers, file)],
  env: { PORT: String(port), UPSTREAM: `http://127.0.0.1:${upstreamPort}`, NODE_ENV: 'production' },
});

/** Writes a configuration with the run's own ports and paths. @returns where */
function rendered(file: string, at: Surroundings & { port: number; adminPort: number }): string {
  const values: Readonly<Record<string, string | number>> = {
    DIRECTORY: at.directory,
    PORT: at.port,
    ADMIN_PORT: at.adminPort,
    UPSTREAM_PORT: at.upstreamPort,
    SMALL: `{"padding":"${'a'.repeat(smallBytes - 14)}"}`,
  };
  const text = readFileSync(join(peers, file), 'utf8').replace(/\$\{(\w+)\}/g, (all, name: string) =>
    name in values ? String(values[name]) : all,
  );
  const path = join(at.directory, file);
  writeFileSync(path, text);
  return path;
}

/** The processes of one run; none outlives it. */
export class Processes {
  readonly #all: ChildProcess[] = [];
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
    mkdirSync(directory, { recursive: true });
    process.once('exit', () => this.stop());
  }

  /** The service behind all of them, on the core of the load. */
  async startUpstream(): Promise<number> {
    const port = await freePort();
    const at = { directory: this.#directory, port, adminPort: 0, upstreamPort: 0, otlpUrl: '', envoy: '' };
    const args = ['-p', this.#directory, '-c', rendered('upstream.conf', at)];
    await this.#start('upstream', { command: 'nginx', args }, cores.load, port);
    return port;
  }

  async startProxy(proxy: Proxy, at: Surroundings): Promise<RunningProxy> {
    const port = await freePort();
    const command = proxy.command({ ...at, port, adminPort: await freePort() });
    const pid = await this.#start(proxy.name, command, cores.proxy, port);
    return { ...proxy, port, pid };
  }

  stop(): void {
    for (const child of this.#all) child.kill('SIGKILL');
  }

  async #start(name: string, { command, args, env }: ReturnType<Proxy['command']>, core: number, port: number) {
    const log = this.logOf(name);
    const out = openSync(log, 'a');
    const child = spawn('taskset', ['-c', String(core), command, ...args], {
      cwd: root,
      stdio: ['ignore', out, out],
      env: { PATH: process.env.PATH, ...env },
    });
    this.#all.push(child);
    const until = performance.now() + 20_000;
    while (!(await isOpen(port))) {
      if (child.exitCode !== null || performance.now() > until) throw new Error(`${name} does not start: see ${log}`);
      await wait(50);
    }
    return child.pid as number;
  }

  logOf(name: string): string {
    return join(this.#directory, `${name.replaceAll(/\W+/g, '-')}.log`);
  }

  /** Access logs grow by megabytes a second; what was written stays written as far as cost goes. */
  emptyLogs(): void {
    for (const { name } of proxies) truncateIfThere(this.logOf(name));
    truncateIfThere(join(this.#directory, 'envoy-access.log'));
  }
}

function truncateIfThere(path: string): void {
  try {
    truncateSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
