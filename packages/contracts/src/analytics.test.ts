import { expect } from 'chai';
import type { z } from 'zod';
import * as analytics from './analytics.ts';

describe('an example of a figure', () => {
  for (const [name, schema] of Object.entries(analytics) as [string, z.ZodType][])
    for (const example of (schema.meta()?.examples ?? []) as object[])
      it(`of ${name} is one`, () => expect(schema.parse(example)).to.deep.equal(example));
});
