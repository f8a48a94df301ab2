import { createHmac, hkdfSync } from 'node:crypto';
import { type Connection, type PipelineStage, Schema } from 'mongoose';
import { TooManyAttempts } from '../problems.ts';

interface AttemptsDocument {
  /** The place of an account: with others it may have to share one, by a chance of one in a million. */
  _id: number;
  /** Attempts in a row that did not succeed, or have not yet. */
  failures: number;
  /** Until then no password is looked at. */
  waitUntil: Date;
  /** Whether the last one that was asked for is among them. */
  isTaken: boolean;
  expiresAt: Date;
}

const schema = new Schema<AttemptsDocument>(
  {
    _id: { type: Number, required: true },
    failures: { type: Number, required: true },
    waitUntil: { type: Date, required: true },
    isTaken: { type: Boolean, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'passwordAttempts', versionKey: false },
);
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

/** Whoever tries addresses at random fills no more: some 100 MB. A power of two. */
const places = 2 ** 20;
/** People mistype, and programs log in several times at once. */
const freeFailures = 10;
const firstWaitMs = 5_000;
/** For so long a stranger can keep somebody out, with a hundred guesses a day (NIST SP 800-63B § 5.2.2: 30 s up to an hour). */
const waitMaxMs = 15 * 60_000;
/** Where the longest wait has long been reached. */
const failuresMax = 100;
const rememberMs = 24 * 3_600_000;
/** Not this moment: for a replica whose clock is behind that would be a wait. */
const noWait = new Date(0);

export type PasswordAttempts = ReturnType<typeof createPasswordAttempts>;

/**
 * Slows guessing down that is spread over many addresses: wrong passwords in a row let an account wait, ever longer. What nobody
 * has registered is counted like an account, so that the limit does not tell who has one.
 * @param secret the same for all replicas; without it nobody finds out who shares a place, or of whom it tells
 */
export function createPasswordAttempts(connection: Connection, { secret, now }: { secret: Buffer; now: () => number }) {
  const attempts = connection.model('PasswordAttempts', schema);
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'places of password attempts', 32));
  const placeOf = (account: string) =>
    createHmac('sha256', key).update(account.toLowerCase()).digest().readUInt32BE() % places;

  /** Counts an attempt before it is looked at: else many at once would all be. @throws {TooManyAttempts} */
  async function take(place: number): Promise<Date> {
    const at = now();
    const document = await attempts
      .findOneAndUpdate({ _id: place }, oneMore(new Date(at)), {
        upsert: true,
        returnDocument: 'after',
        updatePipeline: true,
      })
      .lean();
    const { isTaken, waitUntil } = document;
    if (!isTaken) throw new TooManyAttempts(Math.ceil((waitUntil.getTime() - at) / 1_000));
    return waitUntil;
  }

  /** Takes an attempt back that nobody looked at, and the wait that it led to. */
  const giveBack = (place: number, waitUntil: Date) =>
    attempts.updateOne(
      { _id: place },
      [
        {
          $set: {
            failures: { $subtract: ['$failures', 1] },
            waitUntil: { $cond: [{ $eq: ['$waitUntil', waitUntil] }, noWait, '$waitUntil'] },
          },
        },
      ],
      { updatePipeline: true },
    );

  return {
    model: attempts,

    /**
     * Looks at a password, unless the account has to wait.
     * @param account what its wrong passwords are counted by, case aside
     * @throws {TooManyAttempts}
     */
    async judge(account: string, verify: () => Promise<boolean>): Promise<boolean> {
      const place = placeOf(account);
      const waitUntil = await take(place);
      let isRight: boolean;
      try {
        isRight = await verify();
      } catch (error) {
        await giveBack(place, waitUntil);
        throw error;
      }
      if (isRight) await attempts.deleteOne({ _id: place });
      return isRight;
    },
  };
}

/** In one step, whichever replicas ask at once: one more, unless it has to wait. */
function oneMore(at: Date): PipelineStage.Set[] {
  const isKnown = { $gt: ['$expiresAt', at] }; // MongoDB removes it within a minute after
  const doubledMs = { $multiply: [firstWaitMs, { $pow: [2, { $subtract: ['$failures', freeFailures] }] }] };
  const waitUntil = { $add: [at, { $min: [waitMaxMs, doubledMs] }] };
  const ifTaken = (then: unknown, field: string) => ({ [field]: { $cond: ['$isTaken', then, `$${field}`] } });
  return [
    { $set: { isTaken: { $not: [{ $and: [isKnown, { $gt: ['$waitUntil', at] }] }] } } },
    { $set: ifTaken({ $min: [failuresMax, { $add: [{ $cond: [isKnown, '$failures', 0] }, 1] }] }, 'failures') },
    {
      $set: {
        ...ifTaken({ $cond: [{ $lt: ['$failures', freeFailures] }, noWait, waitUntil] }, 'waitUntil'),
        ...ifTaken(new Date(at.getTime() + rememberMs), 'expiresAt'),
      },
    },
  ];
}
