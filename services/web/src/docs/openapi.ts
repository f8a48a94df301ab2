/** The part of OpenAPI 3.1 that our own document uses. */
export interface OpenApi {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths: Record<string, Partial<Record<Method, Operation>>>;
  components?: { schemas?: Record<string, Schema> };
}

export const methods = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type Method = (typeof methods)[number];

export interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  /** Empty where no token is needed. */
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { description: string; content?: Content }>;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  required?: boolean;
  description?: string;
  schema: Schema;
}

export type Content = Record<string, { schema: Schema }>;

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** One operation with its address. */
export interface Route {
  method: Method;
  path: string;
  operation: Operation;
}

/** The operations by their first tag, in the order of the document. */
export function routesByTag({ paths, tags = [] }: OpenApi): [tag: string, routes: Route[]][] {
  const groups = new Map<string, Route[]>(tags.map(({ name }) => [name, []]));
  for (const [path, item] of Object.entries(paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      const tag = operation.tags?.[0] ?? 'Other';
      groups.set(tag, [...(groups.get(tag) ?? []), { method, path, operation }]);
    }
  }
  return [...groups].filter(([, routes]) => routes.length > 0);
}

/** Follows a reference into the components; an unknown one is an empty schema. */
export function resolve(schema: Schema, { components }: OpenApi): Schema {
  const name = refName(schema);
  return name === undefined ? schema : { ...(components?.schemas?.[name] ?? {}), ...without$ref(schema) };
}
const without$ref = ({ $ref: _, ...rest }: Schema): Schema => rest;

/** "#/components/schemas/Expense" → "Expense" */
export const refName = ({ $ref }: Schema): string | undefined => $ref?.split('/').at(-1);

/** The type in a few words: "integer, 1 to 200", "one of 'a', 'b'", "array of Expense". */
export function typeText(schema: Schema): string {
  const name = refName(schema);
  if (name) return name;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map(typeText).join(' | ');
  const types = [schema.type ?? 'any'].flat();
  const text = types
    .map((type) => (type === 'array' && schema.items ? `array of ${typeText(schema.items)}` : type))
    .join(' | ');
  return [schema.format ? `${text} (${schema.format})` : text, ...limits(schema)].join(', ');
}

function limits({ minimum, maximum, minLength, maxLength, minItems, maxItems }: Schema): string[] {
  // A JSON number's own bound says nothing about the field.
  const isReal = (bound: number | undefined): bound is number =>
    bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  const range = (min: number | undefined, max: number | undefined, unit: string): string[] => {
    const [from, to] = [isReal(min) ? min : undefined, isReal(max) ? max : undefined];
    if (from !== undefined && to !== undefined) return [`${from} to ${to}${unit}`];
    if (from !== undefined) return [`at least ${from}${unit}`];
    return to === undefined ? [] : [`at most ${to}${unit}`];
  };
  return [
    ...range(minimum, maximum, ''),
    ...range(minLength, maxLength, ' characters'),
    ...range(minItems, maxItems, ' items'),
  ];
}
