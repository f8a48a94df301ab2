/** mongod could not be found or started. The message is one line that says what to do; the log tail is for the curious. */
export class MongodFailure extends Error {
  override readonly name = 'MongodFailure';
}

/** True where another mongod holds the data folder: it may be the one of a run that was killed a moment ago. */
export const isDataInUse = (log: string): boolean =>
  /DBPathInUse|Unable to lock the lock file|Another mongod instance is already running/.test(log);

/**
 * What mongod's own log says about why it ended, in one line that says what to do.
 * Texts and codes are those of mongod 4.4 and later (62: `ExitCode::needDowngrade`).
 */
export function explainMongodExit(code: number, log: string, where: { port: number; dbPath: string; logPath: string }) {
  if (/Address already in use/.test(log))
    return `Port ${where.port} for MongoDB is taken. Stop what listens there, or choose another port.`;
  if (isDataInUse(log))
    return `Another mongod uses the data in ${where.dbPath}. Stop it, or choose another folder by OUTLAY_HOME.`;
  if (
    code === 62 ||
    /UPGRADE PROBLEM|unsupported WiredTiger file version|WiredTiger version incompatible|too recent to start/i.test(log)
  )
    return (
      `The data in ${where.dbPath} was written by another version of MongoDB. ` +
      'Name a mongod of that version by OUTLAY_MONGOD, or choose another folder by OUTLAY_HOME.'
    );
  if (/No space left on device/.test(log)) return `No space left on the disk of ${where.dbPath}. Make room there.`;
  if (/Permission denied/i.test(log))
    return `MongoDB may not write to ${where.dbPath}. Make the folder yours, or choose another by OUTLAY_HOME.`;
  return `mongod ended with code ${code} before it was ready. Its log: ${where.logPath}`;
}
