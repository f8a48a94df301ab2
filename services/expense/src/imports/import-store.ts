import type { ImportStatus } from '@outlay/contracts/import-status.ts';
import type { ClientSession, Connection } from 'mongoose';
import mongoose, { Schema } from 'mongoose';
import type { ImportRecord } from './import-documents.ts';

const { ObjectId } = mongoose.Types;
const { Mixed, ObjectId: ObjectIdType } = Schema.Types;

/** Who works on an import holds it for so long, and longer with each sign of life. */
export const leaseMs = 6_000;

const ImportSchema = new Schema(
  {
    ledger: { type: ObjectIdType, required: true },
    status: { type: String, required: true },
    fileName: { type: String, default: null },
    bytes: { type: Number, required: true },
    asked: { type: Mixed, required: true },
    format: { type: String, default: null },
    encoding: { type: String, default: null },
    mapping: { type: Mixed, default: null },
    mappingKey: { type: String, default: null },
    columns: { type: [String], default: null },
    counts: { type: Mixed, required: true },
    choice: { type: Mixed, default: null },
    choiceKey: { type: String, default: null },
    undo: { type: Mixed, default: null },
    undone: { type: Mixed, default: null },
    progress: { type: Mixed, default: null },
    failure: { type: String, default: null },
    revision: { type: Number, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, default: null },
    work: { type: Mixed },
  },
  { collection: 'imports', versionKey: false, minimize: false },
);
ImportSchema.index({ ledger: 1, _id: -1 });
ImportSchema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
/** Only imports with work to be done have the field. */
ImportSchema.index({ 'work.dueAt': 1 }, { sparse: true });

/** Work that waits or is under way; absent where there is none. */
interface Work {
  /** Free to be taken from then on: at once, after a pause, or when its holder shows no life. */
  dueAt: Date;
  holder: string | null;
  /** How often it was taken since it last came on. */
  attempts: number;
  /** W3C traceparent of the request that asked for it. */
  traceparent: string | null;
}
type StoredImport = Omit<ImportRecord, 'id' | 'ledger'> & {
  _id: mongoose.Types.ObjectId;
  ledger: mongoose.Types.ObjectId;
  work?: Work;
};

/** Work that a worker has taken. */
export interface Held {
  record: ImportRecord;
  holder: string;
  attempts: number;
  traceparent: string | null;
}

/** What a person's wish or the work itself changes. */
export type ImportChanges = Partial<Omit<ImportRecord, 'id' | 'ledger' | 'revision' | 'createdAt'>>;

export type ImportStore = ReturnType<typeof createImportStore>;

/** Imports, and who works on them. */
export function createImportStore(connection: Connection) {
  const model = connection.model('Import', ImportSchema);
  const collection = model.collection as unknown as mongoose.mongo.Collection<StoredImport>;

  /** The TTL monitor comes round once a minute: until then the clock decides. */
  const alive = () => ({ $or: [{ expiresAt: null }, { expiresAt: { $gt: new Date() } }] });
  const ofLedger = (ledger: string, id: string) => ({ _id: new ObjectId(id), ledger: new ObjectId(ledger) });
  const newWork = (traceparent: string | null): Work => ({ dueAt: new Date(), holder: null, attempts: 0, traceparent });
  const heldBy = ({ record, holder }: Held) => ({ _id: new ObjectId(record.id), 'work.holder': holder });
  const lease = () => new Date(Date.now() + leaseMs);

  return {
    model,

    newId: (): string => new ObjectId().toHexString(),

    /** Adds an import whose file waits to be read. */
    async add({ id, ledger, ...fields }: ImportRecord, traceparent: string | null): Promise<void> {
      await collection.insertOne({ ...fields, ...ofLedger(ledger, id), work: newWork(traceparent) });
    },

    async find(ledger: string, id: string): Promise<ImportRecord | undefined> {
      const found = await collection.findOne({ ...ofLedger(ledger, id), ...alive() });
      return found ? toRecord(found) : undefined;
    },

    /** @param before id of the last import of the page before */
    async list(ledger: string, limit: number, before?: string): Promise<ImportRecord[]> {
      const after = before === undefined ? {} : { _id: { $lt: new ObjectId(before) } };
      const filter = { ledger: new ObjectId(ledger), ...after, ...alive() };
      const found = await collection.find(filter, { projection: { choice: 0 }, sort: { _id: -1 }, limit }).toArray();
      return found.map(toRecord);
    },

    /** Ids of a ledger's imports of these statuses, the latest first. */
    async withStatus(ledger: string, statuses: readonly ImportStatus[]): Promise<string[]> {
      const filter = { ledger: new ObjectId(ledger), status: { $in: [...statuses] }, ...alive() };
      const found = await collection.find(filter, { projection: { _id: 1 }, sort: { _id: -1 } }).toArray();
      return found.map(({ _id }) => _id.toHexString());
    },

    /**
     * Changes an import as a person asks, where it has one of these statuses; who works on it loses it.
     * @param work the traceparent of the request that asks for work; undefined where there is none to be done
     * @returns undefined where it has another status (by now)
     */
    async move(
      ledger: string,
      id: string,
      from: readonly ImportStatus[],
      changes: ImportChanges,
      work?: { traceparent: string | null },
    ): Promise<ImportRecord | undefined> {
      const moved = await collection.findOneAndUpdate(
        { ...ofLedger(ledger, id), status: { $in: [...from] }, ...alive() },
        {
          $set: { ...changes, ...(work && { work: newWork(work.traceparent) }) },
          ...(!work && { $unset: { work: '' } }),
          $inc: { revision: 1 },
        },
        { returnDocument: 'after' },
      );
      return moved ? toRecord(moved) : undefined;
    },

    /** @returns false where it has another status (by now) */
    async delete(ledger: string, id: string, statuses: readonly ImportStatus[]): Promise<boolean> {
      const { deletedCount } = await collection.deleteOne({ ...ofLedger(ledger, id), status: { $in: [...statuses] } });
      return deletedCount > 0;
    },

    /** Takes the work that is due for the longest. @param holder unique to this take; @param bytesMax of the file: larger ones are left to others */
    async take(holder: string, bytesMax: number): Promise<Held | undefined> {
      const taken = await collection.findOneAndUpdate(
        { 'work.dueAt': { $lte: new Date() }, bytes: { $lte: bytesMax } },
        { $set: { 'work.holder': holder, 'work.dueAt': lease() }, $inc: { 'work.attempts': 1 } },
        { sort: { 'work.dueAt': 1 }, returnDocument: 'after' },
      );
      if (!taken?.work) return undefined;
      const { attempts, traceparent } = taken.work;
      return { record: toRecord(taken), holder, attempts, traceparent };
    },

    /**
     * Notes how far the work is and keeps it.
     * @param isStep whether it came on: then it counts as tried for the first time again
     * @returns false where it is no longer held
     */
    async note(held: Held, changes: ImportChanges, isStep: boolean, session?: ClientSession): Promise<boolean> {
      const { matchedCount } = await collection.updateOne(
        heldBy(held),
        { $set: { ...changes, 'work.dueAt': lease(), ...(isStep && { 'work.attempts': 0 }) }, $inc: { revision: 1 } },
        session && { session },
      );
      return matchedCount > 0;
    },

    /** A sign of life without news. @returns false where it is no longer held */
    async keep(held: Held): Promise<boolean> {
      const { matchedCount } = await collection.updateOne(heldBy(held), { $set: { 'work.dueAt': lease() } });
      return matchedCount > 0;
    },

    /** The work is done. @returns false where it was no longer held */
    async end(held: Held, changes: ImportChanges): Promise<boolean> {
      const { matchedCount } = await collection.updateOne(heldBy(held), {
        $set: { ...changes, progress: null },
        $unset: { work: '' },
        $inc: { revision: 1 },
      });
      return matchedCount > 0;
    },

    /** Gives the work back, to be taken after a pause. @param isAttempt false where nothing went wrong */
    async release(held: Held, pauseMs: number, isAttempt: boolean): Promise<void> {
      await collection.updateOne(heldBy(held), {
        $set: {
          'work.holder': null,
          'work.dueAt': new Date(Date.now() + pauseMs),
          ...(!isAttempt && { 'work.attempts': held.attempts - 1 }),
        },
      });
    },
  };
}

function toRecord({ _id, ledger, work: _, ...fields }: StoredImport): ImportRecord {
  return { ...fields, id: _id.toHexString(), ledger: ledger.toHexString() };
}
