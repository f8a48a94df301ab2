import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/**
 * A shell of a few lines stands between us and the program and holds the read end of our pipe (its standard input).
 * When the pipe closes, because we asked or because we were killed, it ends the program: SIGTERM, ten seconds later
 * SIGKILL. A program of its own group would otherwise outlive a runner that died by SIGKILL, and mongod has no
 * option for this.
 */
const guard = `
exec 3<&0
"$@" 3<&- </dev/null &
program=$!
(
  read -r _ <&3
  kill -TERM "$program"
  trap 'kill "$!"; wait "$!"; exit' TERM
  sleep 10 &
  wait "$!"
  kill -KILL "$program"
) >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$program"
code=$?
{ kill "$watcher"; wait "$watcher"; } 2>/dev/null
exit "$code"
`;

export interface GuardedProcess {
  /** The guard's process id, which is also the process group of the program. */
  readonly pid: number | undefined;
  /** Resolves with the program's exit code (128 + signal where one ended it); never rejects. */
  readonly exited: Promise<number>;
  /** Where `output` is 'pipe'. */
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Like `exited`, once its output has been read to the end. */
  readonly closed: Promise<void>;
  /** Undefined while it runs. */
  readonly exitCode: number | undefined;
  /** Asks the program to end (SIGTERM), kills it where it has not after `graceMs`, and resolves when it is gone. */
  stop(graceMs: number): Promise<void>;
}

export interface GuardedProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** File descriptor that takes both standard output and standard error, or pipes to read them from; unset: nowhere. */
  readonly output?: number | 'pipe';
}

/**
 * Starts a program that cannot outlive this process, however this process ends. It runs in a process group of its
 * own, so that a Ctrl-C in the terminal reaches only us and we decide the order of the end.
 */
export function startGuarded({ command, args, env, cwd, output }: GuardedProcessOptions): GuardedProcess {
  const sink = output ?? 'ignore';
  const child: ChildProcess = spawn('/bin/sh', ['-c', guard, 'guard', command, ...args], {
    detached: true,
    stdio: ['pipe', sink, sink],
    env: env ?? process.env,
    ...(cwd === undefined ? {} : { cwd }),
  });
  child.stdin?.on('error', () => {}); // EPIPE: the guard went first
  let exitCode: number | undefined;
  const exited = new Promise<number>((resolve) => {
    const done = (code: number) => {
      exitCode ??= code;
      resolve(exitCode);
    };
    child.once('error', () => done(127)); // no /bin/sh
    child.once('exit', (code, signal) => done(code ?? (signal === 'SIGKILL' ? 137 : 143)));
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  return {
    pid: child.pid,
    closed,
    stdout: child.stdout,
    stderr: child.stderr,
    exited,
    get exitCode() {
      return exitCode;
    },
    async stop(graceMs) {
      if (exitCode !== undefined) return;
      child.stdin?.end();
      const timer = setTimeout(() => killGroup(child.pid), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone between the timer and here.
  }
}
