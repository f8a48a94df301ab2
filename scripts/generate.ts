/**
 * Writes every generated file, or with --check compares and fails on drift:
 *   node scripts/generate.ts [--check]
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { bootstrapJsonSchema } from '../services/gateway/src/bootstrap/json-schema.ts';
import { chartReadme } from './chart/chart-readme.ts';
import { hasHelm, plainManifests, renderChart } from './chart/render-chart.ts';
import { valuesSchema } from './chart/values-schema.ts';
import { openApiDocument } from './openapi.ts';
import { allowLists, publicRoutes } from './services.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };
const chart = parse(read('charts/outlay/Chart.yaml')) as { version: string; description: string };
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

/** Path → how its text comes to be. In this order: what Helm renders is made of what stands before it. */
const generated: Record<string, () => string> = {
  'docs/openapi.json': () => json(openApiDocument(publicRoutes(), version)),
  'services/gateway/gateway.schema.json': () => json(bootstrapJsonSchema()),
  'charts/outlay/values.schema.json': valuesSchema,
  'charts/outlay/README.md': () => chartReadme(read('charts/outlay/values.yaml'), chart),
  'charts/outlay/files/gateway.yaml': () => read('services/gateway/gateway.yaml'),
  'charts/outlay/files/allow-lists.json': () => json(allowLists),
};
const helm = hasHelm();
if (helm) {
  generated['k8s/outlay.yaml'] = plainManifests;
  for (const file of readdirSync(join(root, 'charts/outlay/ci'))) {
    const name = file.replace('.values.yaml', '');
    if (name !== file)
      generated[`test/chart/golden/${name}.yaml`] = () =>
        renderChart(['--values', join(root, 'charts/outlay/ci', file)]);
  }
} else console.warn('helm is not here: k8s/ and test/chart/golden are left as they are (install helm 3.14 or newer)');

const check = process.argv.includes('--check');
let drifted = check && !helm && process.env.CI !== undefined; // CI must not pass for want of a program
for (const [path, make] of Object.entries(generated)) {
  const file = join(root, path);
  const text = make();
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
