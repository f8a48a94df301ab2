let stampedAt = 0;
let stamp = '';

/** The Date of an answer, made once a second. */
export function httpDate(now = Date.now()): string {
  const second = Math.floor(now / 1_000);
  if (second !== stampedAt) {
    stampedAt = second;
    stamp = new Date(now).toUTCString();
  }
  return stamp;
}
