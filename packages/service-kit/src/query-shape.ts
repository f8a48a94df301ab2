const lengthMax = 500;

/**
 * What a MongoDB command looks for, with `?` for every value: `{"ledger":"?","date":{"$gte":"?"}}`.
 * Filters and pipelines only: the keys of what is written may be a person's own words, those of a filter are ours.
 */
export function queryShape(command: Record<string, unknown>): string {
  const { updates, deletes } = command as { updates?: { q?: unknown }[]; deletes?: { q?: unknown }[] };
  const query = command.filter ?? command.query ?? command.pipeline ?? updates?.[0]?.q ?? deletes?.[0]?.q;
  return query ? JSON.stringify(query, withoutValues).slice(0, lengthMax) : '';
}

/** A list of values is one `?`, however long it is; a list of objects (a pipeline, `$or`) is walked. */
const withoutValues = (_key: string, value: unknown): unknown => {
  const isWalked =
    typeof value === 'object' &&
    value !== null &&
    (Array.isArray(value) ? value.every((item) => isPlain(item)) : isPlain(value));
  return isWalked ? value : '?';
};

const isPlain = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
