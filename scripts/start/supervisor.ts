import { closeSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type GuardedProcess, startGuarded } from '@outlay/database-setup/guarded-process.ts';
import { type LogFile, prepareLogFile } from './log-file.ts';
import { StartProblem } from './start-problem.ts';

/** One process of the system. */
export interface PartSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole of its environment: it gets what it needs and no other part's secrets. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly logPath: string;
  /** Answers 200 once the part can do its work. */
  readonly readyUrl: string;
}

export interface Supervisor {
  /**
   * Starts a part and waits until it is ready.
   * @throws {StartProblem} where it ends before that, or is not ready in time
   */
  start(spec: PartSpec): Promise<void>;
  /** Watches a process that was started elsewhere as one of ours. */
  adopt(name: string, process: GuardedProcess, log: LogFile): void;
  /** Resolves once a part ends that nobody asked to end. */
  readonly failure: Promise<StartProblem>;
  /** Ends the parts, one stage after the other; what is still there when the time is over is killed. */
  stop(stages: readonly (readonly string[])[], withinMs: number): Promise<void>;
}

const readyMs = 30_000;
/** Longer than a request takes; a part that has not ended by then is not going to. */
const stageMs = 1_000;

export function createSupervisor(signal?: AbortSignal): Supervisor {
  const parts = new Map<string, GuardedProcess>();
  const { promise: failure, resolve: fail } = Promise.withResolvers<StartProblem>();
  let stopping = false;

  const adopt: Supervisor['adopt'] = (name, process, log) => {
    parts.set(name, process);
    process.exited.then((code) => {
      if (!stopping) fail(new StartProblem(describeEnd(name, code, log)));
    });
  };

  return {
    failure,
    adopt,
    async start({ name, readyUrl, logPath, ...program }) {
      signal?.throwIfAborted();
      const log = prepareLogFile(logPath);
      const output = openSync(logPath, 'a', 0o600);
      const process = startGuarded({ ...program, output });
      closeSync(output);
      adopt(name, process, log);
      const deadline = Date.now() + readyMs;
      while (!(await isReady(readyUrl))) {
        if (process.exitCode !== undefined) throw await failure;
        signal?.throwIfAborted();
        if (Date.now() > deadline)
          throw new StartProblem(`${name} is not ready after ${readyMs / 1_000} s. ${lastLines(log)}`);
        await Promise.race([delay(25), process.exited]);
      }
    },
    async stop(stages, withinMs) {
      stopping = true;
      const deadline = Date.now() + withinMs;
      for (const [index, names] of stages.entries()) {
        const rest = Math.max(0, deadline - Date.now());
        const grace = index === stages.length - 1 ? rest : Math.min(stageMs, rest);
        await Promise.all(names.map((name) => parts.get(name)?.stop(grace)));
      }
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

const describeEnd = (name: string, code: number, log: LogFile) =>
  `${name} ended by itself (${code > 128 ? `signal ${code - 128}` : `exit code ${code}`}). ${lastLines(log)}`;

function lastLines(log: LogFile): string {
  const lines = log.lastLines(15).map((line) => `\n  ${line}`);
  return lines.length ? `The last lines of ${log.path}:${lines.join('')}` : `Its log is ${log.path}`;
}
