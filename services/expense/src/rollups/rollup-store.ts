import { type ClientSession, type Connection, type mongo, Schema } from 'mongoose';
import type { PreparedWrites } from '../ledger-transactions.ts';
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
  year: ['yearly'],
  month: ['total', 'categories', 'days'],
  day: ['total', 'categories'],
  payee: ['payees'],
} as const;
export type RollupUnit = keyof typeof rollupParts;
export type RollupPart = (typeof rollupParts)[RollupUnit][number];

/** Sums of one ledger over a year, a month or a day in one currency. A cell exists as long as it counts something. */
export interface StoredRollup {
  /**
   * `ledger:year:2026:EUR`, `ledger:month:2026-11:EUR`, `ledger:day:2026-11-23:EUR` or `ledger:payee:2026-11:EUR:shelf`: what a
   * figure reads is a few ranges of it, and it needs no other index.
   */
  _id: string;
  /** By kind. */
  total?: StoredCells;
  /** By `category:kind`, where category is an id or `none`. */
  categories?: StoredCells;
  /** By `category:kind` of a year; named apart, so that who reads it beside its months' totals reads no more of the months. */
  yearly?: StoredCells;
  /** By `day:kind`, "23:expense". */
  days?: StoredCells;
  /** By `payee:kind`, the payee spelled as it is (`toFieldName`), so that no name has to be looked up for a figure. */
  payees?: StoredCells;
}

/** Rollups of one period and currency, as read. */
export interface Rollup extends Pick<RawRollup, 'cells'> {
  readonly unit: RollupUnit;
  /** "2026", "2026-11" or "2026-11-23". */
  readonly period: string;
  readonly currency: string;
}

/** Years, months or days from one to the other, both included. */
export interface RollupRange {
  readonly unit: RollupUnit;
  readonly from: string;
  readonly to: string;
}

/** Of a year of days in three currencies all come at one go; MongoDB would give 101 and wait to be asked for the rest. */
const batchMax = 2_000;

const unitsOfMonths = ['month', 'day', 'payee'] as const satisfies RollupUnit[];
const partsOf = (_id: string) => rollupParts[_id.split(':')[1] as RollupUnit];

const schema = new Schema<StoredRollup>(
  {
    _id: String,
    total: Schema.Types.Mixed,
    categories: Schema.Types.Mixed,
    yearly: Schema.Types.Mixed,
    days: Schema.Types.Mixed,
    payees: Schema.Types.Mixed,
  },
  { collection: 'rollups', autoCreate: false, autoIndex: false, versionKey: false },
);

export type RollupStore = ReturnType<typeof createRollupStore>;

export function createRollupStore(connection: Connection) {
  const model = connection.model<StoredRollup>('Rollup', schema);
  const collection = model.collection as unknown as mongo.Collection<StoredRollup>;

  async function find(filter: mongo.Filter<StoredRollup>, options: mongo.FindOptions): Promise<RawRollup[]> {
    const found = await collection.find(filter, { ...options, raw: true }).toArray();
    return (found as unknown as Uint8Array[]).map(readRollup);
  }

  /** The first period after this one that has a rollup of any of these units. */
  async function periodAfter(ledger: string, period: string, units: readonly RollupUnit[]) {
    const found: string[] = [];
    for (const unit of units) {
      const first = await collection.findOne(
        { _id: { $gt: `${ledger}:${unit}:${period}~`, $lt: `${ledger}:${unit}~` } },
        { projection: { _id: 1 }, sort: { _id: 1 } },
      );
      found.push(...(first?._id.split(':').slice(2, 3) ?? []));
    }
    return found.sort().at(0);
  }

  return {
    model,

    /** What expenses that come, and none that goes, change. */
    prepare(ledger: string, coming: Iterable<Entry>): PreparedWrites {
      const writes = [...foldSums(coming)].map(([key, cells]) => updateOf(`${ledger}:${key}`, cells));
      return {
        async write(session) {
          // Straight to the driver: the paths are computed above, and a cast by the schema would only cost.
          if (writes.length) await collection.bulkWrite(writes, { session, ordered: true });
        },
      };
    },

    /** Brings the rollups up to date with expenses that come and go; in the transaction that writes them. */
    async apply(session: ClientSession, ledger: string, entries: Iterable<Entry>): Promise<void> {
      const changes = new Map([...foldSums(entries)].map(([key, cells]) => [`${ledger}:${key}`, cells]));
      const isShrinking = (cells: CellChanges) => [...cells.values()].some(({ count }) => count < 0);
      const shrinking = [...changes].flatMap(([_id, cells]) => (isShrinking(cells) ? _id : []));
      // As they are in the snapshot of the transaction, which ends in a conflict where one of them is another by now.
      const before = shrinking.length ? await find({ _id: { $in: shrinking } }, { session }) : [];
      const ended: string[] = [];
      const gone = new Map<string, Set<string>>();
      for (const rollup of before) {
        const { paths, isAll } = endingCells(rollup, changes.get(rollup._id)!);
        gone.set(rollup._id, paths);
        if (isAll) ended.push(rollup._id);
      }
      for (const _id of ended) changes.delete(_id);
      const writes = [...changes].map(([_id, cells]) => updateOf(_id, cells, gone.get(_id)));
      if (writes.length) await collection.bulkWrite(writes, { session, ordered: true });
      if (ended.length) await collection.deleteMany({ _id: { $in: ended } }, { session });
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
      const found = await find(
        { $or: ranges.map(({ unit, from, to }) => ({ _id: idRange(`${ledger}:${unit}:`, from, to) })) },
        {
          projection: Object.fromEntries(parts.map((part) => [part, 1])),
          hint: '_id_', // or each range is planned by itself
          batchSize: batchMax,
          ...(session ? { session } : { readConcern: { level: 'snapshot' } }),
        },
      );
      return found.map(toRollup);
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

    /** A year's rollups and its months' sums by category, as they are stored. */
    async ofYear(session: ClientSession, ledger: string, year: string) {
      const read = (_id: object) =>
        collection.find({ _id }, { session, projection: { yearly: 1, categories: 1 } }).toArray();
      return {
        years: await read(idRange(`${ledger}:year:`, year, year)),
        months: await read(idRange(`${ledger}:month:`, `${year}-01`, `${year}-12`)),
      };
    },

    /** The first month after this one that has a rollup of any kind. */
    async monthAfter(ledger: string, month: string): Promise<string | undefined> {
      return (await periodAfter(ledger, month, unitsOfMonths))?.slice(0, 7);
    },

    /** The first year after this one that has a rollup of its own or of a month. */
    async yearAfter(ledger: string, year: string): Promise<string | undefined> {
      return (await periodAfter(ledger, year, ['year', 'month']))?.slice(0, 4);
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
const idRange = (prefix: string, from: string, to: string) => ({
  $gte: `${prefix}${from}:`,
  $lt: `${prefix}${to};`,
});

/**
 * The cells that come to nothing, which would otherwise pile up with every category and day ever used. One that counts nothing but
 * sums to something is a fault, and stays to be seen by the check.
 * @returns their paths, and whether nothing is left beside them
 */
function endingCells({ _id, cells }: RawRollup, changes: CellChanges): { paths: Set<string>; isAll: boolean } {
  const parts = partsOf(_id);
  const left = new Set([...changes.keys()].filter((path) => path.startsWith(`${parts[0]}.`)));
  const paths = new Set<string>();
  for (const part of parts)
    for (const { key, sum, count } of cells(part)) {
      const path = `${part}.${key}`;
      const change = changes.get(path);
      if (change && sum + change.sum === 0 && count + change.count === 0) {
        paths.add(path);
        left.delete(path);
      } else if (part === parts[0]) left.add(path);
    }
  return { paths, isAll: left.size === 0 };
}

function updateOf(_id: string, cells: CellChanges, gone?: ReadonlySet<string>) {
  // Hundreds of paths that are no other document's: an object would learn each of them as a property.
  const $inc = new Map<string, number>();
  const $unset = new Map<string, ''>();
  for (const [path, { sum, count }] of cells)
    if (gone?.has(path)) $unset.set(path, '');
    else $inc.set(`${path}.sum`, sum).set(`${path}.count`, count);
  // Which the driver writes as it writes an object; its types know only that.
  const update = { $inc, $unset } as unknown as mongo.UpdateFilter<StoredRollup>;
  return { updateOne: { filter: { _id }, update, upsert: true } };
}
