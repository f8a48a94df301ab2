import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import type { AppContext } from '@outlay/service-kit/route.ts';
import type { VersionCheck } from './bookkeeping.ts';

/** The entity tag of a version: "v3". */
export const etag = (version: number): string => `"v${version}"`;

const entityTag = String.raw`(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"`;
const tagList = new RegExp(String.raw`^\s*(?:\*|${entityTag}(?:\s*,\s*${entityTag})*)\s*$`);

/**
 * What the request's If-Match accepts (RFC 9110 § 13.1.1): a strong comparison, so a weak tag fits nothing. Without the
 * header every version does.
 * @throws {ValidationFailed} where it is no list of entity tags
 */
export function ifMatch(ctx: AppContext): VersionCheck {
  const header = ctx.headers['if-match'];
  if (header === undefined) return () => true;
  if (!tagList.test(header))
    throw new ValidationFailed('Wrong: If-Match.', {
      errors: [{ parameter: 'If-Match', detail: 'must be an ETag as it was answered, like "v3"' }],
    });
  if (header.trim() === '*') return () => true;
  const tags = new Set(header.match(new RegExp(entityTag, 'g')));
  return (version) => tags.has(etag(version));
}

/** Whether the client has this version already (RFC 9110 § 13.1.2). */
export function isNotModified(ctx: AppContext, version: number): boolean {
  const header = ctx.get('if-none-match');
  return (
    header.trim() === '*' ||
    (header.match(new RegExp(entityTag, 'g')) ?? []).some((tag) => tag.replace(/^W\//, '') === etag(version))
  );
}
