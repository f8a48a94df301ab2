/**
 * Writes every generated file, or with --check compares and fails on drift:
 *   node scripts/generate.ts [--check]
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openApiDocument } from './openapi.ts';
import { publicRoutes } from './public-routes.ts';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** Path → how its text comes to be. */
const generated: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/openapi.json': () => `${JSON.stringify(openApiDocument(publicRoutes(), version), null, 2)}\n`,
};

const check = process.argv.includes('--check');
let drifted = false;
for (const [path, make] of Object.entries(generated)) {
  const file = join(root, path);
  const text = await make();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (check) {
    console.error(`${path} is not what its source says: run npm run generate`);
    drifted = true;
    continue;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote ${path}`);
}
process.exit(drifted ? 1 : 0);
