import { type ClientSession, type Connection, type mongo, Schema } from 'mongoose';
import { type CellChanges, type Entry, foldSums } from './fold-sums.ts';
import { type RawRollup, readRollup } from './read-cells.ts';

export interface StoredCell {
  /** Minor units. Exact below 2^53: 90,000 times the largest amount. */
  sum: number;
  count: number;
}
export type StoredCells = Record<string, StoredCell>;

/** What each kind of rollup is made of; the first part is empty only where all are. */
export const rollupParts = {
  month: ['total', 'categories', 'days'],
  day: ['total', 'categories'],
  payee: ['payees'],
} as const;
export type RollupUnit = keyof typeof rollupParts;
export type RollupPart = (typeof rollupParts)[RollupUnit][number];

/** Sums of one ledger over a month or a day in one currency. A cell exists as long as it counts something. */
export interface StoredRollup {
  /**
   * `ledger:month:2026-11:EUR`, `ledger:day:2026-11-23:EUR` or `ledger:payee:2026-11:EUR:shelf`: a year is a range of it, and it
   * needs no other index.
   */
  _id: string;
  /** By kind. */
  total?: StoredCells;
  /** By `category:kind`, where category is an id or `none`. */
  categories?: StoredCells;
  /** By `day:kind`, "23:expense". */
  days?: StoredCells;
  /** By `payee:kind`, the payee spelled as it is ({@link toFieldName}), so that no name has to be looked up for a figure. */
  payees?: StoredCells;
}

/** Rollups of one period and currency, as read. */
export interface Rollup extends Pick<RawRollup, 'cells'> {
  readonly unit: RollupUnit;
  /** "2026-11" or "2026-11-23". */
  readonly period: string;
  readonly currency: string;
}

/** Months or days from one to the other, both included. */
export interface RollupRange {
  readonly unit: RollupUnit;
  readonly from: string;
  readonly to: string;
}

const units = Object.keys(rollupParts) as RollupUnit[];
const partsOf = (_id: string) => rollupParts[_id.split(':')[1] as RollupUnit];

const schema = new Schema<StoredRollup>(
  {
    _id: String,
    total: Schema.Types.Mixed,
    categories: Schema.Types.Mixed,
    days: Schema.Types.Mixed,
    payees: Schema.Types.Mixed,
  },
  { collection: 'rollups', autoCreate: false, autoIndex: false, versionKey: false },
);

export type RollupStore = ReturnType<typeof createRollupStore>;

export function createRollupStore(connection: Connection) {
  const model = connection.model<StoredRollup>('Rollup', schema);
  const collection = model.collection as unknown as mongo.Collection<StoredRollup>;

  return {
    model,

    /** Brings the rollups up to date with expenses that come and go; in the transaction that writes them. */
    async apply(session: ClientSession, ledger: string, entries: Iterable<Entry>): Promise<void> {
      const writes: mongo.AnyBulkWriteOperation<StoredRollup>[] = [];
      const shrunk: string[] = [];
      for (const [key, cells] of foldSums(entries)) {
        const _id = `${ledger}:${key}`;
        writes.push({ updateOne: { filter: { _id }, update: { $inc: increments(cells) }, upsert: true } });
        if ([...cells.values()].some(({ count }) => count < 0)) shrunk.push(_id);
      }
      for (const _id of shrunk)
        writes.push(
          { updateOne: { filter: { _id }, update: withoutEmptyCells(_id) } },
          { deleteOne: { filter: { _id, [partsOf(_id)[0]]: {} } } },
        );
      // Straight to the driver: the paths are computed above, and a cast by the schema would only cost.
      if (writes.length) await collection.bulkWrite(writes, { session, ordered: true });
    },

    /**
     * Reads rollups of several ranges in one query and one snapshot: an expense that moves between two of them meanwhile
     * is in exactly one.
     * @param session one of a snapshot, where more is read beside
     */
    async read(
      ledger: string,
      ranges: readonly RollupRange[],
      parts: readonly RollupPart[],
      session?: ClientSession,
    ): Promise<Rollup[]> {
      if (ranges.length === 0) return [];
      const stored = await collection
        .find(
          { $or: ranges.map(({ unit, from, to }) => ({ _id: idRange(`${ledger}:${unit}:`, from, to) })) },
          {
            projection: Object.fromEntries(parts.map((part) => [part, 1])),
            raw: true,
            ...(session ? { session } : { readConcern: { level: 'snapshot' } }),
          },
        )
        .toArray();
      return (stored as unknown as Uint8Array[]).map((bytes) => toRollup(readRollup(bytes)));
    },

    /** The rollups of a month, of its days and of its payees, as they are stored. */
    async ofMonth(session: ClientSession, ledger: string, month: string): Promise<StoredRollup[]> {
      const ids = [
        idRange(`${ledger}:month:`, month, month),
        idRange(`${ledger}:day:`, `${month}-01`, `${month}-31`),
        idRange(`${ledger}:payee:`, month, month),
      ];
      return collection.find({ $or: ids.map((_id) => ({ _id })) }, { session }).toArray();
    },

    /** The first month after this one that has a rollup of any kind. */
    async monthAfter(session: ClientSession, ledger: string, month: string): Promise<string | undefined> {
      const found = await Promise.all(
        units.map((unit) =>
          collection.findOne(
            { _id: { $gt: `${ledger}:${unit}:${month}~`, $lt: `${ledger}:${unit}~` } },
            { session, projection: { _id: 1 }, sort: { _id: 1 } },
          ),
        ),
      );
      return found
        .flatMap((rollup) => rollup?._id.split(':')[2]?.slice(0, 7) ?? [])
        .sort()
        .at(0);
    },

    /**
     * Puts rollups in the place of those with their ids; undefined deletes.
     * @param isStored in the snapshot of the session; what is not is inserted, at a fifth of the cost
     */
    async put(
      session: ClientSession,
      rollups: ReadonlyMap<string, StoredRollup | undefined>,
      isStored: (_id: string) => boolean,
    ): Promise<void> {
      const fresh: StoredRollup[] = [];
      const writes: mongo.AnyBulkWriteOperation<StoredRollup>[] = [];
      for (const [_id, replacement] of rollups)
        if (!replacement) writes.push({ deleteOne: { filter: { _id } } });
        else if (isStored(_id)) writes.push({ replaceOne: { filter: { _id }, replacement } });
        else fresh.push(replacement);
      if (fresh.length) await collection.insertMany(fresh, { session });
      if (writes.length) await collection.bulkWrite(writes, { session });
    },
  };
}

function toRollup({ _id, cells }: RawRollup): Rollup {
  const [, unit, period, currency] = _id.split(':') as [string, Rollup['unit'], string, string];
  return { unit, period, currency, cells };
}

/** ';' follows ':', so that it ends the range behind every currency of the last period. */
export const idRange = (prefix: string, from: string, to: string) => ({
  $gte: `${prefix}${from}:`,
  $lt: `${prefix}${to};`,
});

function increments(cells: CellChanges): Record<string, number> {
  const inc: Record<string, number> = {};
  for (const [path, { sum, count }] of cells) {
    inc[`${path}.sum`] = sum;
    inc[`${path}.count`] = count;
  }
  return inc;
}

/** A pipeline that drops cells of nothing, which would otherwise pile up with every category and day ever used. */
function withoutEmptyCells(_id: string) {
  const kept = (part: string) => ({
    $arrayToObject: {
      $filter: {
        input: { $objectToArray: `$${part}` },
        // One that counts nothing but sums to something is a fault, and stays to be seen by the check.
        cond: { $or: [{ $ne: ['$$this.v.count', 0] }, { $ne: ['$$this.v.sum', 0] }] },
      },
    },
  });
  return [{ $set: Object.fromEntries(partsOf(_id).map((part) => [part, kept(part)])) }];
}
