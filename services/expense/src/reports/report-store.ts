import type { NewSavedReport, SavedReport } from '@outlay/contracts/report.ts';
import { type ClientSession, type Connection, Schema, Types } from 'mongoose';
import { foldCase } from '../expenses/search-words.ts';

interface StoredReport {
  _id: Types.ObjectId;
  ledger: Types.ObjectId;
  name: string;
  /** The name, case aside: unique in the ledger. */
  nameKey: string;
  /** What is left of it on the wire, as analytics understands it. */
  form: Omit<NewSavedReport, 'name'>;
}

const schema = new Schema<StoredReport>(
  {
    ledger: { type: Schema.Types.ObjectId, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true },
    form: { type: Schema.Types.Mixed, required: true },
  },
  { collection: 'reports', autoCreate: false, autoIndex: false, versionKey: false },
);
schema.index({ ledger: 1, nameKey: 1 }, { name: 'name', unique: true });

export type ReportStore = ReturnType<typeof createReportStore>;

export function createReportStore(connection: Connection) {
  const model = connection.model<StoredReport>('Report', schema);
  return {
    model,

    /** All of a ledger's, by name. Bounded by the rules. */
    async list(ledger: string, session?: ClientSession): Promise<SavedReport[]> {
      const stored = await model
        .find({ ledger }, null, session ? { session } : {})
        .sort({ nameKey: 1 })
        .hint('name')
        .lean<StoredReport[]>();
      return stored.map(toReport);
    },

    async find(ledger: string, id: string): Promise<SavedReport | null> {
      const stored = await model.findOne({ _id: id, ledger }).lean<StoredReport>();
      return stored && toReport(stored);
    },

    async findByName(ledger: string, name: string): Promise<SavedReport | null> {
      const stored = await model
        .findOne({ ledger, nameKey: foldCase(name) })
        .hint('name')
        .lean<StoredReport>();
      return stored && toReport(stored);
    },

    /** Rejects with a duplicate key where the name is taken. */
    async insert(session: ClientSession, ledger: string, report: NewSavedReport): Promise<SavedReport> {
      const stored = { _id: new Types.ObjectId(), ledger: new Types.ObjectId(ledger), ...toFields(report) };
      await model.collection.insertOne(stored, { session });
      return toReport(stored);
    },

    /** Rejects with a duplicate key where the name is taken; null where there is no such report. */
    async replace(ledger: string, id: string, report: NewSavedReport): Promise<SavedReport | null> {
      const stored = await model
        .findOneAndUpdate({ _id: id, ledger }, { $set: toFields(report) }, { returnDocument: 'after' })
        .lean<StoredReport>();
      return stored && toReport(stored);
    },

    /** @returns whether there was one */
    async remove(ledger: string, id: string): Promise<boolean> {
      return (await model.deleteOne({ _id: id, ledger })).deletedCount === 1;
    },
  };
}

const toFields = ({ name, ...form }: NewSavedReport) => ({ name, nameKey: foldCase(name), form });

const toReport = ({ _id, name, form }: StoredReport): SavedReport => ({ id: _id.toHexString(), name, ...form });
