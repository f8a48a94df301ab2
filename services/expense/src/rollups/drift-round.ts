import { isDuplicateKey } from '@outlay/service-kit/mongo.ts';
import { type Connection, type mongo, Schema, Types } from 'mongoose';

/** How far the check of all ledgers is, for every replica of the service. */
interface StoredRound {
  _id: 'round';
  /** The ledger that was checked last. */
  last: Types.ObjectId | null;
  /** Nobody begins another check before. */
  nextAt: Date;
  /** Cells that differed when a ledger was checked last, by ledger. */
  broken: Record<string, number>;
}

const _id = 'round';
/** A replica that dies amid a check holds up the round for so long. */
const checkMsMax = 10 * 60_000;
const brokenMax = 1_000;

const schema = new Schema<StoredRound>(
  {
    _id: String as never,
    last: { type: Schema.Types.ObjectId, default: null },
    nextAt: { type: Date, required: true },
    broken: { type: Schema.Types.Mixed, required: true },
  },
  { collection: 'drift_round', autoCreate: false, autoIndex: false, versionKey: false, minimize: false },
);

export type DriftRound = ReturnType<typeof createDriftRound>;

/** Where the round of checks stands, so that of all replicas one at a time goes on with it, from where another came to. */
export function createDriftRound(connection: Connection, now: () => Date) {
  const model = connection.model<StoredRound>('DriftRound', schema);
  const collection = model.collection as unknown as mongo.Collection<StoredRound>;
  const inMs = (ms: number) => new Date(now().getTime() + ms);

  return {
    model,

    /** @returns the ledger after which to go on; undefined where another replica checks, or it is too early */
    async take(): Promise<{ after: string | undefined } | undefined> {
      try {
        const before = await collection.findOneAndUpdate(
          { _id, nextAt: { $lte: now() } },
          { $set: { nextAt: inMs(checkMsMax) }, $setOnInsert: { last: null, broken: {} } },
          { upsert: true, returnDocument: 'before' },
        );
        return { after: before?.last?.toHexString() };
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },

    /**
     * Notes what a check found, and when the next may begin.
     * @param ledger undefined: there is none; @param cells undefined: the check failed, and what is known stays so
     */
    async note(ledger: string | undefined, cells: number | undefined, pauseMs: number): Promise<void> {
      const next = { nextAt: inMs(pauseMs), ...(ledger !== undefined && { last: new Types.ObjectId(ledger) }) };
      const known = await this.broken();
      const isNoted = cells !== undefined && cells > 0 && (known.size < brokenMax || known.has(ledger!));
      await collection.updateOne(
        { _id },
        {
          $set: { ...next, ...(isNoted && { [`broken.${ledger}`]: cells }) },
          ...(cells === 0 && { $unset: { [`broken.${ledger}`]: 1 } }),
        },
      );
    },

    /** Cells that differ, by ledger, whichever replica found them. */
    async broken(): Promise<Map<string, number>> {
      const round = await collection.findOne({ _id }, { projection: { broken: 1 } });
      return new Map(Object.entries(round?.broken ?? {}));
    },
  };
}
