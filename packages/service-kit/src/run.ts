import { ConfigError } from './config.ts';
import type { RunningService } from './serve.ts';
import { endTracing } from './trace.ts';

/**
 * Runs a service as a process: starts it, stops it on SIGTERM, SIGINT or the end of the parent that holds our IPC channel,
 * and turns a wrong setting into one line instead of a stack.
 */
export async function run(start: () => Promise<RunningService>): Promise<void> {
  try {
    const service = await start();
    const stop = async () => {
      const code = await service.stop().then(
        () => 0,
        () => 1,
      );
      // Last, so that the spans of the last request leave too.
      await endTracing();
      process.exit(code);
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    if (process.connected) process.once('disconnect', stop);
  } catch (error) {
    const known = error instanceof ConfigError || (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    console.error(known ? (error as Error).message : error);
    process.exit(1);
  }
}
