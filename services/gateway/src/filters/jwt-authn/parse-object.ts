/**
 * Parses base64url of a JSON object, strictly: UTF-8, and every name once. Of doubled names JSON.parse keeps the last and
 * other readers the first, so the same token would say two things (RFC 8725 § 2.4, RFC 7519 § 4).
 * @returns undefined where it is anything else
 */
export function parseObject(base64url: string): Record<string, unknown> | undefined {
  const bytes = Buffer.from(base64url, 'base64url');
  const text = bytes.toString('utf8');
  if (text.includes('\ufffd')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.keys(value).length === countNames(text) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Names on the first level of well-formed JSON: its colons outside of strings. */
function countNames(json: string): number {
  let names = 0;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < json.length; i++) {
    const character = json[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
    else if (character === ':' && depth === 1) names++;
  }
  return names;
}
