import { readFileSync } from 'node:fs';
import { BootstrapError, loadBootstrap } from './bootstrap/load-bootstrap.ts';

/**
 * `main.ts --check FILE…`: says of each file whether the gateway would take it, every wrong place on a line of its own as
 * file:line, what is wrong, what would be right. Meant for CI: opens no socket, needs no credentials.
 * @param env for the `${NAME}` of the files
 * @returns the exit code: 0, 1 where a file is wrong, 2 where none was named
 */
export function checkConfig(files: readonly string[], env: NodeJS.ProcessEnv, print: (line: string) => void): number {
  if (files.length === 0) print('use: --check FILE…');
  const isWrong = files.map((file) => {
    try {
      const { listeners, clusters } = loadBootstrap(readFileSync(file, 'utf8'), file, env);
      const routes = listeners.flatMap((listener) => listener.virtual_hosts.flatMap((host) => host.routes));
      print(`${file} is good: ${listeners.length} listeners, ${routes.length} routes, ${clusters.length} clusters`);
      return false;
    } catch (error) {
      for (const line of error instanceof BootstrapError ? error.wrong : [`${file} ${(error as Error).message}`])
        print(line);
      return true;
    }
  });
  return files.length === 0 ? 2 : Number(isWrong.includes(true));
}
