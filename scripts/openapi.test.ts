import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';

interface Operation {
  responses: Record<string, unknown>;
  requestBody?: unknown;
  security?: unknown[];
}

describe('the OpenAPI document', () => {
  const document = JSON.parse(readFileSync(join(import.meta.dirname, '../docs/openapi.json'), 'utf8')) as {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
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
});
