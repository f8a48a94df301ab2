// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the file under test has placeholders
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { z } from 'zod';
import { bootstrapJsonSchema } from './json-schema.ts';

const shipped = readFileSync(new URL('../../gateway.yaml', import.meta.url), 'utf8');

describe('the JSON Schema of gateway.yaml', () => {
  const schema = z.fromJSONSchema(bootstrapJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);

  it('takes the shipped file with its variables as they stand', () => {
    expect(schema.safeParse(parse(shipped)).error).to.equal(undefined);
  });

  const wrong: [string, from: string, to: string][] = [
    ['a key that is not known', 'workload_audience: auth', 'workload_audiense: auth'],
    ['a port out of range', '${PORT:-8080}', '99999'],
    ['a duration without a unit', 'timeout: 30s', 'timeout: 30'],
    ['a word that is none of those allowed', 'cookies: pass', 'cookies: keep'],
  ];
  for (const [what, from, to] of wrong)
    it(`marks ${what}`, () => {
      const text = shipped.replace(from, () => to);
      expect(text).not.to.equal(shipped);

      expect(schema.safeParse(parse(text)).success).to.equal(false);
    });
});
