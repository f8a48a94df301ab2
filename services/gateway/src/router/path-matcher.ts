import type { RouteConfig } from '../bootstrap/bootstrap-schema.ts';

/** How a route takes its paths: the pattern is what people read, in metrics and traces. */
export function pathMatcher(match: RouteConfig['match']): {
  pattern: string;
  matchesPath: (path: string) => boolean;
} {
  const { path, path_separated_prefix: separated, path_template: template, prefix = '/' } = match;
  if (path !== undefined) return { pattern: path, matchesPath: (tried) => tried === path };
  if (separated !== undefined) {
    const below = `${separated}/`;
    return { pattern: `${separated}/**`, matchesPath: (tried) => tried === separated || tried.startsWith(below) };
  }
  if (template !== undefined) {
    const expression = templateExpression(template);
    return { pattern: template, matchesPath: (tried) => expression.test(tried) };
  }
  return { pattern: `${prefix}**`, matchesPath: (tried) => tried.startsWith(prefix) };
}

/** `{name}` is one segment, `**` one or more, all else itself. */
function templateExpression(template: string): RegExp {
  const source = template
    .split(/(\{\w+\}|\*\*)/)
    .map((part) => {
      if (part === '**') return '.+';
      return part.startsWith('{') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}

/**
 * Whether a path means the same to everyone who reads it. Dot segments, doubled or encoded slashes, backslashes and
 * control characters are read in different ways by routers and services, which turns routing rules into suggestions;
 * no client of ours sends them (Envoy: normalize_path, merge_slashes, path_with_escaped_slashes_action: REJECT).
 */
export const isPlainPath = (path: string): boolean => plain.test(path) && !ambiguous.test(path);

// RFC 3986 pchar and "/", percent signs only as escapes.
const plain = /^\/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*$/;
const ambiguous = /\/\/|%(?:2[fF]|5[cC]|00|2[eE])|\/\.{1,2}(?:\/|$)/;
