import { z } from 'zod';
import { BootstrapShape } from './bootstrap-schema.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: shown as it is written in the file
const placeholder = { type: 'string', pattern: '\\$\\{[A-Z][A-Z0-9_]*(:-[^}]*)?\\}', description: '${NAME:-default}' };

type Schema = Record<string, unknown>;

/** The configuration file as JSON Schema, for editors: completion, and most mistakes underlined. `--check` finds all. */
export function bootstrapJsonSchema(): Schema {
  const schema = z.toJSONSchema(BootstrapShape, { io: 'input', unrepresentable: 'any' }) as Schema;
  return { ...withPlaceholders(schema), title: 'Configuration of Outlay’s gateway' };
}

/** Wherever a value of some form is due, a variable of the environment may stand. */
function withPlaceholders(schema: Schema): Schema {
  const copy: Schema = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties')
      copy[key] = Object.fromEntries(
        Object.entries(value as Schema).map(([name, one]) => [name, withPlaceholder(one as Schema)]),
      );
    else if (key === 'items' || key === 'additionalProperties')
      copy[key] = typeof value === 'object' ? withPlaceholder(value as Schema) : value;
    else if (key === 'anyOf' || key === 'oneOf') copy[key] = (value as Schema[]).map(withPlaceholders);
    else copy[key] = value;
  }
  return copy;
}

function withPlaceholder(schema: Schema): Schema {
  const { type, pattern, format, enum: values, const: constant } = schema;
  const isFree = type === 'string' && !pattern && !format && !values && constant === undefined;
  if (type === 'object' || type === 'array' || isFree) return withPlaceholders(schema);
  const { default: fallback, ...rest } = schema;
  return { anyOf: [withPlaceholders(rest), placeholder], ...(fallback !== undefined && { default: fallback }) };
}
