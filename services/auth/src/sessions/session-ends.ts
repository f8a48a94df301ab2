import { setTimeout as wait } from 'node:timers/promises';
import { Unavailable } from '@outlay/service-kit/problem.ts';
import mongoose from 'mongoose';
import { Gauge, type Registry } from 'prom-client';
import type { SessionStore } from './session-store.ts';

/** A session that has ended, or only a sign of life. */
export interface SessionEnd {
  readonly sessionId: string | undefined;
  /** From where to go on; undefined within the list of the start, which has to be read whole. */
  readonly position: string | undefined;
}

export interface SessionEndsOptions {
  readonly sessions: SessionStore;
  /** As long as an access token lives: who begins to follow is told what ended since. */
  readonly tokenSeconds: number;
  readonly registry: Registry;
  readonly now: () => number;
}

export type SessionEnds = ReturnType<typeof createSessionEnds>;

/** One for each gateway; more would be a fault of somebody's, and cost the database a cursor each. */
const followersMax = 64;
/** How long a wait for changes lasts before there is a sign of life. */
const beatMs = 1_000;
/** A caller has to prove anew who it is. */
const followMs = 300_000;
/** What the clocks of replicas may differ by. */
const clockSkewMs = 60_000;

interface Revocation {
  _id: { _data: string };
  documentKey: { _id: mongoose.Types.ObjectId };
}
const revocations = [
  { $match: { operationType: 'update', 'updateDescription.updatedFields.revokedAt': { $type: 'date' } } },
  { $project: { documentKey: 1 } },
];

/**
 * Tells of every session that ends, whichever replica has ended it: by the database's change stream, whose positions are
 * good at every replica.
 */
export function createSessionEnds({ sessions, tokenSeconds, registry, now }: SessionEndsOptions) {
  const closing = new AbortController();
  let followers = 0;
  new Gauge({
    name: 'auth_session_feed_followers',
    help: 'Who is being told of ended sessions',
    registers: [registry],
    collect() {
      this.set(followers);
    },
  });

  /** The driver's own: mongoose's collections give a promise of a stream while it is not connected. */
  const client = () => sessions.model.db.getClient();

  /** @throws {MongoServerError} where the database's log does not reach back to the position */
  const open = async (from: mongoose.mongo.ChangeStreamOptions) => {
    const changes = client()
      .db()
      .collection(sessions.model.collection.name)
      .watch(revocations, { maxAwaitTimeMS: beatMs, ...from });
    try {
      // The cursor is made by the first look.
      return { changes, first: await nextOf(changes) };
    } catch (error) {
      await changes.close();
      throw error;
    }
  };

  async function* tellChanges({ changes, first }: Awaited<ReturnType<typeof open>>): AsyncGenerator<SessionEnd> {
    const until = performance.now() + followMs;
    const closed = Promise.withResolvers<null>();
    const close = () => closed.resolve(null);
    closing.signal.addEventListener('abort', close);
    try {
      for (let change = first; ; change = await Promise.race([nextOf(changes), closed.promise])) {
        const position = positionOf(change?._id ?? changes.resumeToken);
        yield { sessionId: change?.documentKey._id.toHexString(), position };
        if (closing.signal.aborted || performance.now() > until) return;
      }
    } finally {
      closing.signal.removeEventListener('abort', close);
      const ended = changes.close();
      // The database may be going away with us: then it is not waited for.
      if (closing.signal.aborted) ended.catch(() => undefined);
      else await ended;
    }
  }

  /** What ended lately, then what ends from there on: one read and one watch, of one session's time. */
  async function* tellFromStart(): AsyncGenerator<SessionEnd> {
    let startAtOperationTime: mongoose.mongo.Timestamp;
    {
      await using session = client().startSession({ causalConsistency: true });
      await client().db().command({ ping: 1 }, { session });
      startAtOperationTime = session.operationTime as mongoose.mongo.Timestamp;
      yield begun;
      const since = new Date(now() - tokenSeconds * 1_000 - clockSkewMs);
      const ended = sessions.model.find({ revokedAt: { $gt: since } }, { _id: 1 }, { session }).lean();
      for await (const { _id } of ended.cursor()) yield { sessionId: _id.toHexString(), position: undefined };
    }
    yield* tellChanges(await open({ startAtOperationTime }));
  }

  async function* tell(position: string | undefined): AsyncGenerator<SessionEnd> {
    const resumed = position && (await open({ resumeAfter: { _data: position } }).catch(ifLost));
    if (resumed) {
      yield begun;
      yield* tellChanges(resumed);
    } else yield* tellFromStart();
  }

  return {
    /**
     * Goes on from a position; where there is none, or the database's log does not reach back to it, begins with what ended
     * lately. The first that it gives says only that it has begun: whoever has read that must read on, or call `return`.
     * @throws {Unavailable} with the first, where there are too many followers
     */
    async *follow(position: string | undefined): AsyncGenerator<SessionEnd> {
      if (followers >= followersMax) throw new Unavailable('Too many are being told of ended sessions already.');
      followers++;
      try {
        yield* tell(position);
      } finally {
        followers--;
      }
    },

    /** Lets followers go at once; they are to go on at another replica. */
    close: () => closing.abort(),

    /** Waits until the last has gone, before the connection is closed that they read from. */
    async closed(): Promise<void> {
      while (followers > 0) await wait(10);
    },
  };
}

const begun: SessionEnd = { sessionId: undefined, position: undefined };

const nextOf = async (changes: mongoose.mongo.ChangeStream): Promise<Revocation | null> =>
  (await changes.tryNext()) as Revocation | null;

/** Of what the driver calls a resume token, the only member. */
const positionOf = (token: unknown): string => (token as Revocation['_id'])._data;

/** The server refuses a position that its log has lost, or that was never its own; whatever else fails would fail again. */
function ifLost(error: unknown): undefined {
  if (error instanceof mongoose.mongo.MongoServerError) return undefined;
  throw error;
}
