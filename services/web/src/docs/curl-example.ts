import { type OpenApi, type Route, resolve, type Schema } from './openapi.ts';

/** Deep enough for our bodies; a schema that refers to itself ends here. */
const depthMax = 6;

/** A value that fits a schema: its own example, else its default, else the plainest of its type. */
export function exampleOf(schema: Schema, api: OpenApi, depth = 0): unknown {
  const full = resolve(schema, api);
  if (full.examples?.length) return full.examples[0];
  if (full.default !== undefined) return full.default;
  if (full.const !== undefined) return full.const;
  if (full.enum?.length) return full.enum[0];
  const choice = full.anyOf?.[0] ?? full.oneOf?.[0] ?? full.allOf?.[0];
  if (depth >= depthMax) return null;
  if (choice) return exampleOf(choice, api, depth + 1);
  const type = [full.type ?? 'null'].flat()[0];
  if (type === 'object') {
    return Object.fromEntries(
      Object.entries(full.properties ?? {}).map(([name, property]) => [name, exampleOf(property, api, depth + 1)]),
    );
  }
  if (type === 'array') return full.items ? [exampleOf(full.items, api, depth + 1)] : [];
  if (type === 'integer' || type === 'number') return full.minimum !== undefined && full.minimum > 0 ? full.minimum : 0;
  if (type === 'boolean') return false;
  return type === 'string' ? 'text' : null;
}

/** A request for the shell; `$TOKEN` and `$URL` are for the reader to set. Only what is required is sent. */
export function curlExample({ method, path, operation }: Route, api: OpenApi): string {
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'ledger' ? 'default' : `$${name.toUpperCase()}`,
  );
  const query = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map(({ name, schema }) => `${name}=${encodeURIComponent(String(exampleOf(schema, api)))}`);
  const lines = [
    `curl${method === 'get' ? '' : ` -X ${method.toUpperCase()}`} "$URL${address}${query.length ? `?${query.join('&')}` : ''}"`,
  ];
  if (operation.security === undefined || operation.security.length > 0)
    lines.push(`-H "authorization: Bearer $TOKEN"`);
  const [type, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (type && body) {
    lines.push(`-H "content-type: ${type}"`);
    // Only quotes can end the shell's quoted text.
    const json = () => JSON.stringify(required(body.schema, api)).replaceAll("'", "'\\''");
    lines.push(type.includes('json') ? `-d '${json()}'` : '--data-binary @FILE');
  }
  return lines.join(' \\\n  ');
}

function required(schema: Schema, api: OpenApi): unknown {
  const full = resolve(schema, api);
  if (!full.properties) return exampleOf(full, api);
  const names = full.required?.length ? full.required : Object.keys(full.properties).slice(0, 1);
  return Object.fromEntries(names.map((name) => [name, exampleOf(full.properties?.[name] ?? {}, api)]));
}
