import { createHash } from 'node:crypto';
import { ValidationFailed } from '@outlay/service-kit/problem.ts';
import type { AppContext, Reply } from '@outlay/service-kit/route.ts';
import { type ClientSession, type Connection, type mongo, Schema } from 'mongoose';
import { IdempotencyKeyReused } from '../problems.ts';

interface StoredAnswer {
  /** User, ledger, route and key. */
  _id: string;
  requestHash: string;
  reply: Reply;
  expiresAt: Date;
}

const keptMs = 24 * 3_600_000;

const schema = new Schema<StoredAnswer>(
  {
    _id: String,
    requestHash: { type: String, required: true },
    reply: { type: Schema.Types.Mixed, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'idempotency', autoCreate: false, autoIndex: false, versionKey: false },
);
schema.index({ expiresAt: 1 }, { name: 'expiry', expireAfterSeconds: 0 });

export interface KeyedRequest {
  readonly user: string;
  readonly ledger: string;
  readonly route: string;
  readonly key: string | undefined;
  readonly body: unknown;
}

export type Idempotency = ReturnType<typeof createIdempotency>;

/** Lets a client send a request again that it got no answer to: what was done is not done again, and the answer is the same. */
export function createIdempotency(connection: Connection, now: () => Date) {
  const model = connection.model<StoredAnswer>('IdempotentAnswer', schema);
  const collection = model.collection as unknown as mongo.Collection<StoredAnswer>;

  return {
    model,

    /**
     * Does the work, or gives the answer that it had before. In the transaction of the work: of two equal requests at the
     * same time one loses at the key, starts again and finds the answer of the other.
     * @throws {IdempotencyKeyReused} where the key came with another body
     */
    async once(
      session: ClientSession,
      request: KeyedRequest,
      work: () => Promise<Reply>,
    ): Promise<{ answer: Reply; isReplayed: boolean }> {
      if (request.key === undefined) return { answer: await work(), isReplayed: false };
      const _id = `${request.user} ${request.ledger} ${request.route} ${request.key}`;
      const requestHash = createHash('sha256').update(JSON.stringify(request.body)).digest('base64');
      const known = await collection.findOne({ _id }, { session });
      // The TTL monitor comes round once a minute: until then the clock decides.
      if (known && known.expiresAt > now()) {
        if (known.requestHash !== requestHash) throw new IdempotencyKeyReused();
        return { answer: known.reply, isReplayed: true };
      }
      const answer = await work();
      const expiresAt = new Date(now().getTime() + keptMs);
      await collection.replaceOne({ _id }, { requestHash, reply: answer, expiresAt }, { session, upsert: true });
      return { answer, isReplayed: false };
    },
  };
}

/** The request's Idempotency-Key. @throws {ValidationFailed} where it is not 1–255 visible ASCII characters */
export function idempotencyKey(ctx: AppContext): string | undefined {
  const key = ctx.get('idempotency-key');
  if (ctx.headers['idempotency-key'] === undefined) return undefined;
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new ValidationFailed('Wrong: Idempotency-Key.', {
    errors: [{ parameter: 'Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters' }],
  });
}
