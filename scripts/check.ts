/** `npm run check`: types, lint and format, and whether generated files are as their sources make them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from './start/settings.ts';

const bin = (name: string) => join(repositoryRoot, 'node_modules/.bin', name);
const checks: readonly { name: string; command: readonly [string, ...string[]]; hint?: string }[] = [
  { name: 'Types', command: [bin('tsc'), '-p', '.'] },
  { name: 'Types of the page', command: [bin('tsc'), '-p', 'services/web'] },
  { name: 'Lint and format', command: [bin('biome'), 'ci', '--colors=off', '.'], hint: '`npm run format` mends most' },
  {
    name: 'Generated files',
    command: [process.execPath, 'scripts/generate.ts', '--check'],
    hint: '`npm run generate` writes them anew',
  },
];

const failed: string[] = [];
for (const { name, command, hint } of checks) {
  const startedAt = Date.now();
  const { status, error, stdout, stderr } = spawnSync(command[0], command.slice(1), {
    cwd: repositoryRoot,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  const said = [stdout, stderr, error?.message].filter(Boolean).join('').trim();
  if (status !== 0) {
    failed.push(name);
    console.log(`${said}\n${hint ? `→ ${hint}\n` : ''}`);
  }
}
console.log(failed.length ? `Failed: ${failed.join(', ')}` : 'All checks pass');
process.exitCode = failed.length ? 1 : 0;
