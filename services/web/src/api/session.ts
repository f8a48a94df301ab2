import type { Session, User } from '@outlay/contracts/auth.ts';
import { useSyncExternalStore } from 'react';
import { fetchJson } from './fetch-json.ts';
import { ApiProblem } from './problem.ts';

/** `visitor`: there was no session to take up; `expired`: it ended by itself; `logged-out`: as asked. */
export type SignedOutReason = 'visitor' | 'expired' | 'logged-out';

export type SessionState =
  | { status: 'restoring' }
  | { status: 'unreachable'; error: unknown }
  | { status: 'signed-out'; reason: SignedOutReason }
  | { status: 'signed-in'; user: User };

/** Access token in memory only: a script that reads storage finds none. The refresh token is an HttpOnly cookie. */
let token: { value: string; expiresAt: number } | undefined;
let state: SessionState = { status: 'restoring' };
const listeners = new Set<() => void>();
const tabs = new BroadcastChannel('outlay-session');

/** Says only that a session may exist, so that a visitor without one sees the log-in page at once. */
const hintKey = 'outlay-signed-in';
/** Renewed this long before its end, so that a request never starts with a token that ends on its way. */
const marginMs = 20_000;

function become(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

function begin(session: Session): string {
  token = { value: session.accessToken, expiresAt: Date.now() + session.expiresIn * 1000 };
  localStorage.setItem(hintKey, '1');
  const isSame = state.status === 'signed-in' && state.user.id === session.user.id;
  if (!isSame) become({ status: 'signed-in', user: session.user });
  return token.value;
}

function end(reason: SignedOutReason): void {
  token = undefined;
  localStorage.removeItem(hintKey);
  become({ status: 'signed-out', reason });
}

tabs.onmessage = ({ data }) => {
  if (data === 'logged-out') end('logged-out');
  else if (data === 'logged-in' && state.status !== 'signed-in') void restore();
};

/**
 * One refresh at a time over all tabs: each refresh token works once, and a second use of it ends the whole session.
 * `navigator.locks` is missing where the page is served over plain HTTP from another machine.
 */
const alone = <T>(work: () => Promise<T>): Promise<T> =>
  navigator.locks ? navigator.locks.request('outlay-refresh', work) : work();

/** Anything else (no network, a limit reached) says nothing of the session. */
const isRefusal = (error: unknown) => error instanceof ApiProblem && (error.status === 401 || error.status === 403);

let renewing: Promise<string> | undefined;
/** A new access token; many callers at once share one request. */
export function renew(): Promise<string> {
  renewing ??= alone(() => fetchJson<Session>('POST', '/auth/refresh', { body: {} }))
    .then(({ data }) => begin(data))
    .catch((error: unknown) => {
      if (isRefusal(error)) end(state.status === 'signed-in' ? 'expired' : 'visitor');
      throw error;
    })
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

/** The token to send now. */
export const accessToken = async (): Promise<string> =>
  token && token.expiresAt - marginMs > Date.now() ? token.value : renew();

/** Whether this browser was signed in when it was last here. */
export const maySignIn = (): boolean => localStorage.getItem(hintKey) !== null;

/** Takes up the session of the last visit, once at start. */
export async function restore(): Promise<void> {
  if (!maySignIn()) return become({ status: 'signed-out', reason: 'visitor' });
  await renew().catch((error: unknown) => {
    if (state.status !== 'signed-out') become({ status: 'unreachable', error });
  });
}

export async function logIn(body: { email: string; password: string }): Promise<void> {
  begin((await fetchJson<Session>('POST', '/auth/login', { body })).data);
  tabs.postMessage('logged-in');
}

export async function register(body: { name: string; email: string; password: string }): Promise<void> {
  begin((await fetchJson<Session>('POST', '/auth/register', { body })).data);
  tabs.postMessage('logged-in');
}

/** Shows a changed name or address at once. */
export const keepUser = (user: User): void => become({ status: 'signed-in', user });

/**
 * Ends the session here and in the other tabs.
 * @throws {ApiProblem} where the server could not be told: the session then goes on, and the page must not say otherwise
 */
export async function logOut(): Promise<void> {
  const headers = token ? { authorization: `Bearer ${token.value}` } : {};
  await fetchJson('POST', '/auth/logout', { body: {}, headers }).catch((error: unknown) => {
    if (!isRefusal(error)) throw error;
  });
  end('logged-out');
  tabs.postMessage('logged-out');
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};
export const useSession = (): SessionState => useSyncExternalStore(subscribe, () => state);

/** The user of a signed-in page. */
export function useUser(): User {
  const session = useSession();
  if (session.status !== 'signed-in') throw new Error('useUser needs a signed-in page');
  return session.user;
}
