/** What a service says to the gateway or of itself, and nobody else's business. */
const internal = new Set([
  'server',
  'x-powered-by',
  'x-request-id',
  'traceparent',
  'tracestate',
  'traceresponse',
  'baggage',
  'alt-svc',
]);
const internalPrefix = /^(x-outlay-|x-envoy-)/;

/** 0: goes to the client, 1: does not, 2: only where the route passes cookies. */
const treatments = new Map<string, 0 | 1 | 2>();
const treatmentsMax = 1_000;

function treatmentOf(name: string): 0 | 1 | 2 {
  const known = treatments.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const treatment = lower === 'set-cookie' ? 2 : internal.has(lower) || internalPrefix.test(lower) ? 1 : 0;
  if (treatments.size < treatmentsMax) treatments.set(name, treatment);
  return treatment;
}

/** Removes what must not leave the house. @param headers name, value, … changed in place */
export function sanitiseResponse(headers: string[], passCookies: boolean): void {
  let kept = 0;
  for (let i = 0; i < headers.length; i += 2) {
    const treatment = treatmentOf(headers[i] as string);
    if (treatment === 1 || (treatment === 2 && !passCookies)) continue;
    headers[kept] = headers[i] as string;
    headers[kept + 1] = headers[i + 1] as string;
    kept += 2;
  }
  headers.length = kept;
}

/** Adds those of `added` (name, value, …; names in lower case) that are not there. @param headers changed in place */
export function addMissing(headers: string[], added: readonly string[]): void {
  for (let i = 0; i < added.length; i += 2)
    if (!hasField(headers, added[i] as string)) headers.push(added[i] as string, added[i + 1] as string);
}

function hasField(headers: readonly string[], name: string): boolean {
  for (let i = 0; i < headers.length; i += 2) if (isNamed(headers[i] as string, name)) return true;
  return false;
}

/** @param name in lower case */
export const isNamed = (given: string, name: string): boolean =>
  given.length === name.length && given.toLowerCase() === name;
