import type { ExchangeRate, NewExchangeRate } from '@outlay/contracts/exchange-rate.ts';
import { type ClientSession, type Connection, Schema, Types } from 'mongoose';

interface StoredRate {
  _id: Types.ObjectId;
  ledger: Types.ObjectId;
  currency: string;
  in: string;
  rate: string;
  from: string;
  to: string | null;
}

const schema = new Schema<StoredRate>(
  {
    ledger: { type: Schema.Types.ObjectId, required: true },
    currency: { type: String, required: true },
    in: { type: String, required: true },
    // As it was typed: a double would make 0.1 another number.
    rate: { type: String, required: true },
    from: { type: String, required: true },
    to: String,
  },
  { collection: 'exchange_rates', autoCreate: false, autoIndex: false, versionKey: false },
);
schema.index({ ledger: 1, currency: 1, in: 1, from: 1 }, { name: 'pair', unique: true });

export type RateStore = ReturnType<typeof createRateStore>;

export function createRateStore(connection: Connection) {
  const model = connection.model<StoredRate>('ExchangeRate', schema);
  return {
    model,

    /** All of a ledger's, by currency and day. Bounded by the rules. */
    async list(ledger: string, session?: ClientSession): Promise<ExchangeRate[]> {
      const stored = await model
        .find({ ledger }, null, session ? { session } : {})
        .sort({ currency: 1, in: 1, from: 1 })
        .hint('pair')
        .lean<StoredRate[]>();
      return stored.map(toRate);
    },

    /** Rejects with a duplicate key where the pair has a rate from this day already. */
    async insert(session: ClientSession, ledger: string, rate: NewExchangeRate): Promise<ExchangeRate> {
      const stored = { _id: new Types.ObjectId(), ledger: new Types.ObjectId(ledger), ...rate };
      await model.collection.insertOne(stored, { session });
      return toRate(stored);
    },

    /** @returns whether there was one */
    async remove(ledger: string, id: string): Promise<boolean> {
      return (await model.deleteOne({ _id: id, ledger })).deletedCount === 1;
    },
  };
}

const toRate = ({ _id, ledger: _ledger, ...rate }: StoredRate): ExchangeRate => ({ id: _id.toHexString(), ...rate });
