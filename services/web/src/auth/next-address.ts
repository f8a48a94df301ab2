/**
 * Where to go after the log-in: the `next` of the address, or "/".
 * Only a path of this page: "//evil.example" and "/\evil.example" are other hosts to a browser.
 */
export function nextAddress(search: string): string {
  const next = new URLSearchParams(search).get('next') ?? '/';
  const isOwnPath = /^\/(?![/\\])[^\\]*$/.test(next);
  return isOwnPath && !/^\/(login|register)\b/.test(next) ? next : '/';
}
