import type { Problem } from '@outlay/service-kit/problem.ts';
import type { ClientStream } from '../listener/client-stream.ts';
import * as problems from '../problems.ts';
import { isPlainPath } from '../router/path-matcher.ts';

const forwardedMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What is wrong with a request that is HTTP, and yet must not be forwarded. @param path of its target */
export function malformationOf(
  { head, method, target, minorVersion }: ClientStream,
  path: string,
): Problem | undefined {
  if (head.problem) return head.problem;
  if (!forwardedMethods.has(method)) return problems.methodUnknown;
  if (!isPlainPath(path)) return problems.pathAmbiguous;
  if (target.includes('#', path.length)) return problems.fragmentSent;
  if (minorVersion === 0) return head.isChunked ? problems.malformed : undefined;
  return head.host === '' ? problems.hostMissing : undefined;
}
