import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { serviceNames } from '../start/services.ts';

const root = join(import.meta.dirname, '../..');
const values = parse(readFileSync(join(root, 'charts/outlay/values.yaml'), 'utf8'));
const stages = readFileSync(join(root, 'Dockerfile'), 'utf8').split(/^FROM /m);

describe('the memory limit of a pod', () => {
  for (const name of serviceNames)
    it(`leaves ${name} a quarter beside the heap that its image bounds`, () => {
      const command = stages
        .find((stage) => stage.startsWith(`service AS ${name}\n`))
        ?.split('\n')
        .find((line) => line.startsWith('CMD '));
      const heapMiB = Number(/"--max-old-space-size=(\d+)"/.exec(command ?? '')?.[1]);
      const limitMiB = Number(/^(\d+)Mi$/.exec(values[name].resources.limits.memory)?.[1]);

      expect(heapMiB)
        .to.be.greaterThan(0)
        .and.at.most(0.75 * limitMiB);
    });
});
