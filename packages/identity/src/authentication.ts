import type { Authentication } from '@outlay/service-kit/create-app.ts';
import { CallerRefused, Unauthenticated, Unavailable } from '@outlay/service-kit/problem.ts';
import type { AuthenticatedUser } from '@outlay/service-kit/route.ts';
import { type AllowRule, isAllowed } from './allow-list.ts';
import { TokenRefused } from './verify-jwt.ts';
import { type WorkloadVerifier, workloadTokenHeader } from './workload-token.ts';

export interface AuthenticationOptions {
  /** Absent where a service mesh proves the caller and applies the allow-list in front of us. */
  workloads: WorkloadVerifier | undefined;
  allowList: readonly AllowRule[];
  verifyUser: (token: string) => Promise<AuthenticatedUser>;
}

/** Proves with each request who calls (workload token) and for whom (user token). Nothing is trusted for standing inside. */
export function createAuthentication({ workloads, allowList, verifyUser }: AuthenticationOptions): Authentication {
  return {
    async caller(ctx) {
      if (!workloads) return 'mesh';
      const token = ctx.get(workloadTokenHeader);
      if (!token) throw new Unauthenticated('The caller’s workload token is missing.');
      const { name } = await refusing('The caller’s workload token', () => workloads.verify(token));
      if (!isAllowed(allowList, ctx.path, name))
        throw new CallerRefused('The calling service is not on this route’s allow-list.');
      return name;
    },
    async user(ctx) {
      const token = /^Bearer ([\w.-]+)$/i.exec(ctx.get('authorization'))?.[1];
      if (!token) throw new Unauthenticated('A user’s bearer token is missing.');
      return refusing('The user’s token', () => verifyUser(token));
    },
  };
}

async function refusing<T>(what: string, verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (cause) {
    if (cause instanceof TokenRefused) throw new Unauthenticated(`${what} was refused: ${cause.message}`, { cause });
    throw new Unavailable(`${what} cannot be verified at the moment.`, { cause, didNothing: true });
  }
}
