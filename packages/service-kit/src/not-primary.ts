/**
 * What a MongoDB server answers that is no primary (any more) or is going away. The driver's own list, which it does not give away;
 * the label of what may be tried again is on reads and writes only (7.9, `RETRYABLE_WRITE_ERROR_CODES` in error.js).
 */
const codes = new Set<unknown>([
  91, // ShutdownInProgress
  189, // PrimarySteppedDown
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11602, // InterruptedDueToReplStateChange
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);

/** Another primary is being elected. By the code alone, so that a service without a database need not load the driver. */
export const isNotPrimary = (error: Error): boolean =>
  error.name.startsWith('Mongo') && codes.has((error as { code?: unknown }).code);
