import { expect } from 'chai';
import { z } from 'zod';
import * as analytics from './analytics.ts';
import * as anomalies from './anomalies.ts';
import * as compare from './compare.ts';
import * as forecast from './forecast.ts';
import * as payees from './payees.ts';
import * as report from './report.ts';

const schemas = Object.fromEntries(
  [analytics, anomalies, compare, forecast, payees, report]
    .flatMap((module) => Object.entries(module as Record<string, unknown>))
    .filter((entry): entry is [string, z.ZodType] => entry[1] instanceof z.ZodType),
);

describe('an example of a figure', () => {
  for (const [name, schema] of Object.entries(schemas))
    for (const example of (schema.meta()?.examples ?? []) as object[])
      it(`of ${name} is one`, () => expect(schema.parse(example)).to.deep.equal(example));
});
