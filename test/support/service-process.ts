import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A service as a process of its own, as it runs for people. */
export interface ServiceProcess {
  readonly baseUrl: string;
  readonly adminUrl: string;
  /** What it has logged, oldest first. */
  readonly lines: readonly string[];
  /** SIGTERM; resolves with the exit code once the process is gone. */
  stop(): Promise<number | null>;
  /** SIGKILL, amid whatever it does; resolves once the process is gone. */
  kill(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');

/**
 * Starts a service's main.ts on free ports, traced if `env` names a collector; resolves when it listens.
 * Rejects with what it wrote where it ends before that.
 * @param main relative to the repository's root
 */
export async function startServiceProcess(main: string, env: Record<string, string>): Promise<ServiceProcess> {
  const child = spawn(process.execPath, ['--import', '@outlay/service-kit/telemetry.ts', main], {
    cwd: root,
    env: {
      PATH: process.env.PATH ?? '',
      HOST: '127.0.0.1',
      PORT: '0',
      ADMIN_PORT: '0',
      DRAIN_MS: '0',
      ...env,
      // That it listens is read from its log.
      LOG_FORMAT: 'json',
      LOG_LEVEL: 'info',
    },
    // The channel tells it of our end, so that a run that is killed leaves no process behind.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const lines: string[] = [];
  const errors: string[] = [];
  child.stderr!.setEncoding('utf8').on('data', (text: string) => errors.push(text));

  const ports = await new Promise<{ port: number; adminPort: number }>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', (line) => {
      lines.push(line);
      if (line.includes('"msg":"listening"')) resolve(JSON.parse(line));
    });
    ended.then((code) => reject(new Error(`${main} ended with ${code}: ${errors.join('')}${lines.join('\n')}`)));
  });
  return {
    baseUrl: `http://127.0.0.1:${ports.port}`,
    adminUrl: `http://127.0.0.1:${ports.adminPort}`,
    lines,
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
