import { ProblemBody } from '@outlay/contracts/problem.ts';
import { commonProblems, type ProblemClass } from '@outlay/service-kit/problem.ts';
import type { Route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import { TooManyRequests } from '../services/gateway/src/problems.ts';
import { examples } from './openapi-examples.ts';

type Json = Record<string, unknown>;
type Direction = 'input' | 'output';

const title = 'Outlay';
const description = `Track what you spend. Send the access token of \`POST /api/v1/auth/login\` as \`Authorization: Bearer …\`.

Amounts are integers in minor units of their currency, dates are calendar days. Every error is an RFC 9457 problem
whose \`type\` is stable; \`errors\` names each wrong field. Lists page by \`next\` → \`cursor\`.

\`RateLimit\` and \`RateLimit-Policy\` tell how much of a limit is left; beyond it, also of registering and logging in,
the answer is 429 with \`Retry-After\`.`;

/** Draws the OpenAPI 3.1 document from the routes themselves, so that it cannot say what the code does not do. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const schemas = new Schemas();
  schemas.refer(ProblemBody, 'output');
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path]![route.method] = operation(route, schemas);
  }
  const tags = [...new Set(routes.map(({ tag }) => tag))];
  return {
    openapi: '3.1.1',
    info: { title, description, version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    security: [{ user: [] }],
    tags: tags.map((name) => ({ name })),
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => a.localeCompare(b))),
    components: {
      securitySchemes: { user: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: schemas.components(),
    },
  };
}

function operation(route: Route, schemas: Schemas): Json {
  const parameters = [
    ...parametersOf(route.params, 'path', schemas),
    ...parametersOf(route.query, 'query', schemas),
    ...Object.entries(route.headers ?? {}).map(([name, description]) => ({
      name,
      in: 'header',
      description,
      schema: { type: 'string' },
    })),
  ];
  return {
    operationId: operationId(route),
    summary: route.summary,
    ...(route.description && { description: route.description }),
    tags: [route.tag],
    ...(route.user === 'none' && { security: [] }),
    ...(parameters.length && { parameters }),
    ...bodyOf(route, schemas),
    responses: { ...successes(route, schemas), ...problems(route) },
  };
}

/** "get /api/v1/ledgers/{ledger}/expenses" → "getLedgersLedgerExpenses" */
const operationId = ({ method, path }: Route): string =>
  method +
  path
    .replace(/^\/api\/v1/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter(Boolean)
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query', schemas: Schemas): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = schemas.inline(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: property,
  }));
}

function bodyOf(route: Route, schemas: Schemas): Json {
  if (route.rawBody) {
    const binary = { schema: { type: 'string', format: 'binary' } };
    return {
      requestBody: { required: true, content: Object.fromEntries(route.rawBody.map((type) => [type, binary])) },
    };
  }
  if (!route.body) return {};
  return {
    requestBody: { required: true, content: { 'application/json': { schema: schemas.refer(route.body, 'input') } } },
  };
}

const successes = (route: Route, schemas: Schemas): Json =>
  Object.fromEntries(
    Object.entries(route.success).map(([status, schema]) => [
      status,
      {
        description: schema ? 'Done' : 'Done; no body',
        ...(schema && {
          content: {
            [route.answersAs ?? 'application/json']: { schema: schemas.refer(schema, 'output') },
            ...Object.fromEntries((route.alsoAs ?? []).map((type) => [type, { schema: { type: 'string' } }])),
          },
        }),
      },
    ]),
  );

/** Own problems and those that any route may answer, by status. */
function problems(route: Route): Json {
  const takesInput = route.body ?? route.query ?? route.params ?? route.rawBody;
  const any = [...commonProblems, TooManyRequests].filter(({ code }) => {
    if (code === 'route-not-found' || code === 'method-not-allowed' || code === 'caller-refused') return false;
    if (code === 'validation') return takesInput;
    if (code === 'malformed-body' || code === 'unsupported-media-type' || code === 'body-too-large')
      return route.body ?? route.rawBody;
    if (code === 'unauthenticated' || code === 'too-many-requests') return route.user !== 'none';
    return true;
  });
  const byStatus = Map.groupBy([...any, ...(route.problems ?? [])], ({ status }: ProblemClass) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, classes]) => [
      status,
      {
        description: [...new Set(classes.map(({ code, title }) => `${title} (\`/problems/${code}\`)`))].join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

/** JSON Schemas by name: those with an id in their metadata stand once, under components. */
class Schemas {
  readonly #components = new Map<string, Json>();

  refer(schema: z.ZodType, direction: Direction): Json {
    const id = schema.meta()?.id;
    const json = this.inline(schema, direction);
    if (!id) return json;
    this.#add(id, json);
    return { $ref: `#/components/schemas/${id}` };
  }

  inline(schema: z.ZodType, direction: Direction): Json {
    const {
      $schema: _,
      $defs = {},
      id: _id,
      ...json
    } = z.toJSONSchema(schema, {
      io: direction,
      override: ({ jsonSchema }) => {
        // `format: date` says it; zod's leap-year expression is for machines that validate without formats.
        if (jsonSchema.format === 'date' || jsonSchema.format === 'date-time') delete jsonSchema.pattern;
        // A client must put up with a new field in an answer.
        if (direction === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    }) as Json & { $defs?: Record<string, Json>; id?: string };
    for (const [name, { id: _name, ...definition }] of Object.entries($defs))
      this.#add(name, pointAtComponents(definition) as Json);
    return pointAtComponents(json) as Json;
  }

  #add(name: string, schema: Json): void {
    const example = examples[name];
    if (example && !schema.examples) schema.examples = [example];
    // What goes in and comes out under one name (CsvMapping) is described by its stricter form.
    const known = this.#components.get(name);
    if (!known || 'additionalProperties' in schema) this.#components.set(name, schema);
  }

  components(): Json {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => a.localeCompare(b)));
  }
}

const pointAtComponents = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(pointAtComponents);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, inner.replace('#/$defs/', '#/components/schemas/')]
        : [key, pointAtComponents(inner)],
    ),
  );
};
