import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as auth from '@outlay/contracts/auth.ts';
import * as exchangeRate from '@outlay/contracts/exchange-rate.ts';
import * as expense from '@outlay/contracts/expense.ts';
import * as imports from '@outlay/contracts/import.ts';
import * as ledger from '@outlay/contracts/ledger.ts';
import * as report from '@outlay/contracts/report.ts';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import { z } from 'zod';
import { examples } from './openapi-examples.ts';

interface Content {
  content?: Record<string, { schema: { $ref?: string; examples?: unknown[] } }>;
}
interface Operation {
  responses: Record<string, Content>;
  requestBody?: Content;
  security?: unknown[];
}

describe('the OpenAPI document', () => {
  const document = JSON.parse(readFileSync(join(import.meta.dirname, '../docs/openapi.json'), 'utf8')) as {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, { examples?: unknown[] }> };
  };

  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors ?? []).to.deep.equal([]);
    expect(valid).to.equal(true);
    expect(document.openapi).to.match(/^3\.1\./);
  });

  it('names the operations of all three services and nothing internal', () => {
    const paths = Object.keys(document.paths);
    expect(paths).to.include.members([
      '/api/v1/auth/register',
      '/.well-known/jwks.json',
      '/api/v1/ledgers/{ledger}/expenses/{id}',
      '/api/v1/ledgers/{ledger}/imports/{id}/commit',
      '/api/v1/ledgers/{ledger}/analytics/summary',
    ]);
    expect(paths.filter((path) => path.includes('internal'))).to.deep.equal([]);
  });

  it('says of every operation that needs a token what happens without one', () => {
    for (const [path, operations] of Object.entries(document.paths))
      for (const [method, { responses, security }] of Object.entries(operations))
        if (security === undefined) expect(responses, `${method} ${path}`).to.include.keys('401');
  });

  it('shows an example of what every operation takes and gives as JSON', () => {
    for (const [path, operations] of Object.entries(document.paths))
      for (const [method, { responses, requestBody }] of Object.entries(operations)) {
        const given = Object.entries(responses).flatMap(([status, answer]) => (status < '300' ? [answer] : []));
        for (const { content } of [...given, ...(requestBody ? [requestBody] : [])]) {
          const schema = content?.['application/json']?.schema;
          if (!schema) continue;
          const named = schema.$ref && document.components.schemas[schema.$ref.split('/').at(-1)!];
          expect((named || schema).examples ?? [], `${method} ${path}`).to.not.be.empty;
        }
      }
  });

  const schemas = new Map(
    [auth, expense, exchangeRate, imports, ledger, report]
      .flatMap((module) => Object.values(module as Record<string, unknown>))
      .flatMap((value): [string, z.ZodType][] => {
        const id = value instanceof z.ZodType ? value.meta()?.id : undefined;
        return id ? [[id, value as z.ZodType]] : [];
      }),
  );
  for (const [name, example] of Object.entries(examples))
    it(`has an example of ${name} that is one`, () => {
      expect(schemas.get(name)!.parse(example)).to.deep.equal(example);
    });
});
