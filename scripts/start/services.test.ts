import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { expenseMemory } from './services.ts';
import { repositoryRoot } from './settings.ts';

describe('the runner', () => {
  it('gives expense the memory that its image gives it', () => {
    const dockerfile = readFileSync(join(repositoryRoot, 'Dockerfile'), 'utf8');
    const stage = (name: string) =>
      dockerfile.split(/^FROM /m).find((text) => text.split('\n')[0]?.endsWith(` AS ${name}`))!;
    const image = stage('service') + stage('expense');
    for (const [name, value] of Object.entries(expenseMemory.env)) expect(image).to.include(`${name}=${value}`);
    for (const flag of expenseMemory.flags) expect(stage('expense')).to.include(`"${flag}"`);
  });
});
