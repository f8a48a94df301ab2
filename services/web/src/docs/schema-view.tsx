import { type OpenApi, refName, resolve, type Schema, typeText } from './openapi.ts';
import { Inline } from './prose.tsx';

interface SchemaViewProps {
  schema: Schema;
  api: OpenApi;
  depth?: number;
}

const depthMax = 5;

/** The properties of an object; what lies below unfolds. */
export function SchemaView({ schema, api, depth = 0 }: SchemaViewProps) {
  const full = resolve(schema, api);
  if (!full.properties) {
    return (
      <p>
        <span className="type">{typeText(full)}</span> {full.description && <Inline text={full.description} />}
      </p>
    );
  }
  return (
    <dl className="fields">
      {Object.entries(full.properties).map(([name, property]) => {
        const below = depth < depthMax ? objectOf(property, api) : undefined;
        const { description, default: preset } = resolve(property, api);
        return (
          <div key={name}>
            <dt>
              <code>{name}</code>
              {full.required?.includes(name) && <span className="required">required</span>}
            </dt>
            <dd>
              <span className="type">{typeText(property)}</span>
              {preset !== undefined && <span className="type">default {JSON.stringify(preset)}</span>}
              {description && <Inline text={description} />}
              {below && (
                <details>
                  <summary>Fields of {refName(below) ?? name}</summary>
                  <SchemaView schema={below} api={api} depth={depth + 1} />
                </details>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** The object in a property: itself, an item of its array, or the choice beside null. */
function objectOf(schema: Schema, api: OpenApi): Schema | undefined {
  const full = resolve(schema, api);
  if (full.properties) return schema;
  if (full.items) return objectOf(full.items, api);
  return (full.anyOf ?? full.oneOf)?.map((choice) => objectOf(choice, api)).find(Boolean);
}
