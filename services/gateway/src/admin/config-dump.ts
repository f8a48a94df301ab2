const secretNames = /secret|password|token$|private_key|authorization|cookie|api_key/i;

/** The value without what only the gateway may know: texts under names of secrets, and credentials in URLs. */
export function redacted(value: unknown, name = ''): unknown {
  if (typeof value === 'string') {
    if (secretNames.test(name)) return '[redacted]';
    return value.replace(/(?<=^[a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/i, '[redacted]@');
  }
  if (Array.isArray(value)) return value.map((one) => redacted(one, name));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, redacted(one, key)]));
  return value;
}
