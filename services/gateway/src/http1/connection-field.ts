/** Fields of one connection only (RFC 9110 § 7.6.1), beside those that Connection names. */
export const hopByHop: readonly string[] = [
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'http2-settings',
];

/**
 * What a Connection field says, in lower case: options of its own, and names of fields that are of this connection only. A
 * list may have empty elements (RFC 9110 § 5.6.1), which name nothing.
 */
export const connectionOptions = (value: string): string[] =>
  value
    .split(',')
    .map((option) => option.trim().toLowerCase())
    .filter((option) => option !== '');

/** Header lines, each with its end, without those of the fields named. @param named in lower case, none of them empty */
export const withoutFields = (lines: string, named: readonly string[]): string =>
  lines
    .split('\r\n')
    .filter((line) => !named.includes(line.slice(0, line.indexOf(':')).toLowerCase()))
    .join('\r\n');
