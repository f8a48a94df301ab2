import { expect } from 'chai';
import { curlExample, exampleOf } from './curl-example.ts';
import { type OpenApi, routesByTag, typeText } from './openapi.ts';

const api: OpenApi = {
  info: { title: 'Test', version: '1' },
  tags: [{ name: 'Expenses' }, { name: 'Auth' }],
  paths: {
    '/api/v1/auth/login': {
      post: {
        operationId: 'login',
        tags: ['Auth'],
        security: [],
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Login' } } } },
        responses: {},
      },
    },
    '/api/v1/ledgers/{ledger}/expenses/{expense}': {
      delete: { operationId: 'remove', tags: ['Expenses'], responses: {} },
    },
    '/api/v1/ledgers/{ledger}/imports': {
      post: {
        operationId: 'upload',
        tags: ['Expenses'],
        requestBody: { content: { 'application/octet-stream': { schema: { type: 'string' } } } },
        responses: {},
      },
    },
  },
  components: {
    schemas: {
      Login: {
        type: 'object',
        required: ['email', 'password'],
        properties: {
          email: { type: 'string', examples: ["o'neill@example.org"] },
          password: { type: 'string' },
          delivery: { type: 'string', enum: ['cookie', 'body'] },
        },
      },
      Tree: { type: 'object', properties: { below: { $ref: '#/components/schemas/Tree' } } },
    },
  },
};
const routes = routesByTag(api);
const curl = (operationId: string) =>
  curlExample(routes.flatMap(([, all]) => all).find(({ operation }) => operation.operationId === operationId)!, api);

describe('The API page', () => {
  it('groups the routes in the order of the tags', () => {
    expect(routes.map(([tag, all]) => [tag, all.map(({ operation }) => operation.operationId)])).to.deep.equal([
      ['Expenses', ['remove', 'upload']],
      ['Auth', ['login']],
    ]);
  });

  it('shows a request with what is required, quoted for the shell, and no token where none is needed', () => {
    expect(curl('login')).to.equal(
      [
        'curl -X POST "$URL/api/v1/auth/login" \\',
        '  -H "content-type: application/json" \\',
        `  -d '{"email":"o'\\''neill@example.org","password":"text"}'`,
      ].join('\n'),
    );
  });

  it('names the parts of the address that the reader has to know, and files', () => {
    expect(curl('remove')).to.equal(
      'curl -X DELETE "$URL/api/v1/ledgers/default/expenses/$EXPENSE" \\\n  -H "authorization: Bearer $TOKEN"',
    );
    expect(curl('upload')).to.contain('--data-binary @FILE');
  });

  it('ends in a schema that holds itself', () => {
    expect(JSON.stringify(exampleOf({ $ref: '#/components/schemas/Tree' }, api))).to.contain('"below":null');
  });

  it('says types in a few words', () => {
    expect(typeText({ type: 'integer', minimum: 1, maximum: 200 })).to.equal('integer, 1 to 200');
    expect(typeText({ type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 })).to.equal('integer');
    expect(typeText({ anyOf: [{ $ref: '#/components/schemas/Tree' }, { type: 'null' }] })).to.equal('Tree | null');
    expect(typeText({ type: 'array', items: { type: 'string', maxLength: 40 } })).to.equal(
      'array of string, at most 40 characters',
    );
    expect(typeText({ enum: ['a', 'b'] })).to.equal('"a" | "b"');
  });
});
