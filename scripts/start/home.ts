import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { StartProblem } from './start-problem.ts';

export interface HomeClaim {
  /** The last owner was killed: its parts may still be ending. */
  readonly wasKilled: boolean;
  /** Who tries to claim the same folder is told where we are. */
  announce(url: string): void;
  /** Who tries to claim the same folder waits for us to end. */
  announceEnd(): void;
  release(): Promise<void>;
}

const ending = 'ending';
/** Longer than an end may take. */
const endingMs = 6_000;

/**
 * Claims the folder for this process, so that no second Outlay runs on the same data. The claim is a listening socket:
 * unlike a file with a process id, it cannot outlive us or name somebody else's process.
 * @throws {StartProblem} where another process has it, or the folder cannot be used
 */
export async function claimHome(home: string): Promise<HomeClaim> {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StartProblem(
      `OUTLAY_HOME names ${home}, which cannot be made a folder (${(error as Error).message}). Choose another.`,
    );
  }
  // In the temporary folder, for a socket's path may have no more than about 100 bytes.
  const id = createHash('sha256').update(realpathSync(home)).digest('hex').slice(0, 20);
  const path = join(tmpdir(), `outlay-${id}.sock`);
  let answer = '';
  let wasKilled = false;
  const patienceEnd = Date.now() + endingMs;
  for (;;) {
    const server = await listen(path, () => answer);
    if (server) {
      return {
        wasKilled,
        announce(url) {
          answer = url;
        },
        announceEnd() {
          answer = ending;
        },
        release: () => new Promise((resolve) => server.close(() => resolve())),
      };
    }
    const owner = await askOwner(path);
    if (owner === ending && Date.now() < patienceEnd) {
      await delay(100);
      continue;
    }
    if (owner !== undefined)
      throw new StartProblem(
        `Outlay runs already with the data in ${home}${owner.startsWith('http') ? `: ${owner}` : ''}. ` +
          'Stop it by Ctrl-C where it runs, or choose another folder by OUTLAY_HOME.',
      );
    wasKilled = true; // who ends in order takes the socket along
    rmSync(path, { force: true });
  }
}

/** @returns undefined where the path is in use */
function listen(path: string, url: () => string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(url()));
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(path, () => resolve(server));
    server.unref();
  });
}

/** @returns what the owner says, '' where it says nothing in time; undefined where nobody listens any more */
async function askOwner(path: string): Promise<string | undefined> {
  const socket = connect(path);
  socket.setTimeout(1_000, () => socket.destroy());
  return await text(socket).catch((error: NodeJS.ErrnoException) =>
    ['ECONNREFUSED', 'ENOENT'].includes(error.code ?? '') ? undefined : '',
  );
}
