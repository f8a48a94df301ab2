const waitMs = 10_000;
/** Below the gateway's time-out of 60 s for uploads, commits and the like. */
const waitMsMax = 30_000;

/** How long a client wants to wait for work to be done, by its header Prefer (RFC 7240). */
export function preferredWaitMs(prefer: string): number {
  if (/(^|,)\s*respond-async\s*(,|;|$)/i.test(prefer)) return 0;
  const seconds = /(^|,)\s*wait\s*=\s*"?(\d{1,6})"?\s*(,|;|$)/i.exec(prefer)?.[2];
  return seconds === undefined ? waitMs : Math.min(Number(seconds) * 1_000, waitMsMax);
}
