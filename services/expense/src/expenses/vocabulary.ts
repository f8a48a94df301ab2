import { LRUCache } from 'lru-cache';
import { type Connection, type mongo, Schema } from 'mongoose';

interface StoredWord {
  /** `ledger:word` */
  _id: string;
}

const schema = new Schema<StoredWord>(
  { _id: String },
  { collection: 'words', autoCreate: false, autoIndex: false, versionKey: false },
);

/** What we know to be stored already; most expenses bring no new word. */
const rememberedMax = 50_000;

/** A reference number is looked for as a whole; millions of them would only bloat the vocabulary. */
const isLearned = (word: string) => word.length > 1 && /^\p{L}/u.test(word) && word.replace(/\P{N}/gu, '').length <= 3;

export type Vocabulary = ReturnType<typeof createVocabulary>;

/**
 * The words of a ledger's payees and notes. It turns the beginning of a word into the words that begin so, because an index
 * on whole words can then give the expenses in order of date, which a range of beginnings cannot.
 */
export function createVocabulary(connection: Connection) {
  const model = connection.model<StoredWord>('Word', schema);
  const collection = model.collection as unknown as mongo.Collection<StoredWord>;
  const remembered = new LRUCache<string, true>({ max: rememberedMax });

  return {
    model,

    /** Before the transaction that writes the expenses, not in it: a word that leads nowhere does no harm. */
    async learn(ledger: string, words: Iterable<string>): Promise<void> {
      const fresh = new Set<string>();
      for (const word of words) {
        const _id = `${ledger}:${word}`;
        if (isLearned(word) && !remembered.has(_id)) fresh.add(_id);
      }
      if (fresh.size === 0) return;
      const writes = [...fresh].map((_id) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: { _id } }, upsert: true },
      }));
      await collection.bulkWrite(writes, { ordered: false });
      for (const _id of fresh) remembered.set(_id, true);
    },

    /** The words that begin so, the beginning itself among them; undefined where they are more than `max`. */
    async completions(ledger: string, beginning: string, max: number): Promise<string[] | undefined> {
      const prefix = `${ledger}:${beginning}`;
      const found = await collection
        .find({ _id: { $gte: prefix, $lt: `${prefix}\u{10ffff}` } })
        .limit(max + 1)
        .toArray();
      if (found.length > max) return undefined;
      return [...new Set([beginning, ...found.map(({ _id }) => _id.slice(ledger.length + 1))])];
    },
  };
}
