import { createLog, type Log } from '@outlay/service-kit/log.ts';
import { createMetrics, type Metrics } from '@outlay/service-kit/metrics.ts';
import type { AppState } from '@outlay/service-kit/route.ts';
import { type RunningService, serve } from '@outlay/service-kit/serve.ts';
import type Koa from 'koa';

/** A log that is kept instead of printed, every level of it. */
export function captureLog(service = 'test'): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const log = createLog({ service, level: 'trace' }, { write: (line) => void lines.push(line) });
  return { log, lines };
}

export interface TestServer extends RunningService {
  readonly baseUrl: string;
  readonly adminUrl: string;
}

/** Serves an app as its process would, on free ports of the loopback; stop it when done. */
export async function startTestServer(
  app: Koa<AppState>,
  options: {
    log?: Log;
    metrics?: Metrics;
    ready?: () => Promise<void>;
    onDraining?: (() => void)[];
    onDrained?: (() => Promise<unknown>)[];
  } = {},
): Promise<TestServer> {
  const running = await serve(app, {
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
    drainMs: 0,
    ...options,
    log: options.log ?? captureLog().log,
    metrics: options.metrics ?? createMetrics('test'),
  });
  return {
    ...running,
    baseUrl: `http://127.0.0.1:${running.port}`,
    adminUrl: `http://127.0.0.1:${running.adminPort}`,
  };
}
