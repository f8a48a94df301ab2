import { MongodFailure } from '@outlay/database-setup/mongod-failure.ts';
import { ensureDemoUser } from './start/demo.ts';
import { type Outlay, startOutlay } from './start/outlay.ts';
import { readSettings, usage } from './start/settings.ts';
import { StartProblem } from './start/start-problem.ts';

/** `npm start`: runs Outlay on this machine until it is told to end. */
async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2), process.env);
  if (settings === 'help') {
    console.log(usage);
    return 0;
  }
  const told = toldToEnd();
  console.log(`Data, secrets and logs: ${settings.home}`);
  let outlay: Outlay;
  try {
    outlay = await startOutlay({ ...settings, report: console.log, signal: told.signal });
  } catch (error) {
    if (told.signal.aborted) return told.exitCode();
    throw error;
  }
  console.log(`Outlay is ready: ${outlay.url}`);
  if (settings.demo) void makeDemo(outlay.url, settings.home, told.signal);
  const ended = await Promise.race([outlay.failure, told.ended]);
  if (ended) console.error(ended.message);
  await outlay.stop();
  return ended ? 1 : told.exitCode();
}

/** What goes wrong here is said, and no reason to end what runs. */
async function makeDemo(url: string, home: string, signal: AbortSignal): Promise<void> {
  console.log('Making the demo user, which takes a moment');
  try {
    const { email, password, added } = await ensureDemoUser(url, home);
    console.log(
      `Demo user: ${email}, password ${password} (${added ? `${added} entries added` : 'was there already'})`,
    );
  } catch (error) {
    if (!signal.aborted) console.error(error instanceof StartProblem ? error.message : error);
  }
}

/**
 * Ctrl-C, `kill`, a closed terminal, and the end of the bootstrap that started us (it may be killed by SIGKILL). They
 * come in numbers: npm and bootstrap pass on what the terminal sent to all of us anyway. So only a second one a while
 * later means that somebody has lost patience; our guards then end what is left.
 */
function toldToEnd() {
  const controller = new AbortController();
  let since = 0;
  let code = 0;
  const { promise: ended, resolve } = Promise.withResolvers<undefined>();
  const end = (exitCode: number) => {
    if (since && Date.now() - since > 1_000) process.exit(exitCode);
    since ||= Date.now();
    code ||= exitCode;
    controller.abort();
    resolve(undefined);
  };
  process.on('SIGINT', () => end(130));
  process.on('SIGTERM', () => end(143));
  process.on('SIGHUP', () => end(129));
  if (process.connected) process.on('disconnect', () => end(143));
  // A terminal that is gone must not keep us from ending in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return { signal: controller.signal, ended, exitCode: () => code };
}

try {
  process.exitCode = await main();
} catch (error) {
  const isForPeople = error instanceof StartProblem || error instanceof MongodFailure;
  console.error(isForPeople ? error.message : error);
  process.exitCode = 1;
}
// The channel to bootstrap and idle sockets would keep us; what we started has ended.
process.exit();
