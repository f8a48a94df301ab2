import { createPublicKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { JwkSet } from '@outlay/contracts/auth.ts';
import type { KeySource } from '@outlay/identity/key-source.ts';
import type { SigningKey } from '@outlay/identity/user-token.ts';
import type { Log } from '@outlay/service-kit/log.ts';
import { Gauge, type Registry } from 'prom-client';
import type { KeyStore, SealedKey, SignatureAlgorithm } from './key-store.ts';
import { openKey, sealKey } from './seal-key.ts';

export interface KeyRingOptions {
  store: KeyStore;
  /** 32 bytes. */
  keyEncryptionKey: Buffer;
  algorithm: SignatureAlgorithm;
  /** At the start, where a stored key does not open: stop, or make new ones, which makes every access token invalid. */
  unreadable: 'refuse' | 'replace';
  rotationMs: number;
  /** A new key is published this long before it signs, so that replicas and verifiers' caches know it by then. */
  publishedAheadMs: number;
  registry: Registry;
  log: Log;
  now: () => number;
}

/** The keys of this service, as signer and as verifier of its own tokens. */
export interface KeyRing extends KeySource {
  signingKey(): SigningKey;
  /** Every key by which a token may have been signed or will be soon, by whichever replica; those known where the database is slow. */
  publicKeys(): Promise<JwkSet>;
  /** One round: loads the keys, makes the next one when it is time, forgets those that no living token needs. */
  tend(): Promise<void>;
  /** Tends once, so that there is a key to sign with, and then every minute. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const tendEveryMsMax = 60_000;
/** Who asks for keys sees what replicas added up to this long ago, and waits for the database no longer than that. */
const freshMs = { after: 1_000, within: 500 };
/** A replaced key stays as long as any token lives at most, whatever is configured now, and a minute for clocks that differ. */
const publishedAfterMs = 11 * 60_000;

interface Key extends SigningKey {
  generation: number;
  publicKey: KeyObject;
  signsFromMs: number;
}

export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { store, keyEncryptionKey, algorithm, unreadable, rotationMs, publishedAheadMs, registry, log, now } = options;
  let keys: readonly Key[] = [];
  let loadedAtMs = Number.NEGATIVE_INFINITY;
  let freshening: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  const current = (): Key => {
    // The first of all signs at once, also where the clock of the replica that made it is ahead of ours.
    const key = keys.findLast(({ signsFromMs }) => signsFromMs <= now()) ?? keys[0];
    if (!key) throw new Error('The key ring was not started.');
    return key;
  };

  new Gauge({
    name: 'auth_signing_key_age_seconds',
    help: 'For how long the current key has been signing; grows beyond the rotation period where rotation fails',
    registers: [registry],
    collect() {
      if (keys.length) this.set(Math.max(0, now() - current().signsFromMs) / 1_000);
    },
  });
  new Gauge({
    name: 'auth_signing_key_rotation_seconds',
    help: 'For how long a key is to sign, as configured',
    registers: [registry],
  }).set(rotationMs / 1_000);

  async function load(): Promise<void> {
    keys = (await store.all()).map((sealed) => toKey(sealed, keyEncryptionKey));
    loadedAtMs = performance.now();
  }

  /** Another replica may have made a key since our last round, and sign by it already where it is published for a short time only. */
  async function freshen(): Promise<void> {
    if (performance.now() - loadedAtMs < freshMs.after) return;
    freshening ??= load()
      .catch((error: unknown) => log.warn({ err: error }, 'the signing keys cannot be loaded: those known serve on'))
      .finally(() => {
        freshening = undefined;
      });
    await Promise.race([freshening, delay(freshMs.within)]);
  }

  const publicKeyOf = (kid: string) => keys.find((key) => key.kid === kid)?.publicKey;

  /** By kid, so that a replica that does the same at the same time loses nothing of what we make next. */
  async function removeUnreadable(): Promise<void> {
    const lost = (await store.all()).filter((sealed) => !opens(sealed, keyEncryptionKey)).map(({ kid }) => kid);
    if (lost.length === 0) return;
    await store.remove(lost);
    log.warn({ kids: lost }, 'signing keys were sealed with another KEY_ENCRYPTION_KEY: removed');
  }

  /** Safe with any number of replicas: they agree on the next generation, and its number can be taken once. */
  async function addNextIfDue(): Promise<void> {
    const latest = keys.at(-1);
    if (latest) {
      const isWaiting = latest.signsFromMs > now();
      const isDue = now() >= latest.signsFromMs + rotationMs - publishedAheadMs || latest.algorithm !== algorithm;
      if (isWaiting || !isDue) return;
    }
    const kid = randomBytes(9).toString('base64url');
    const next: SealedKey = {
      generation: latest ? latest.generation + 1 : 1,
      kid,
      algorithm,
      sealed: sealKey(keyEncryptionKey, kid, await newPrivateKey(algorithm)),
      signsFrom: new Date(latest ? now() + publishedAheadMs : now()),
    };
    if (await store.add(next)) log.info({ kid, algorithm, signsFrom: next.signsFrom }, 'new signing key');
    await load();
  }

  async function forgetUnneeded(): Promise<void> {
    const successor = keys.findLast(({ signsFromMs }) => signsFromMs <= now() - publishedAfterMs);
    if (!successor || successor === keys[0]) return;
    await store.removeBefore(successor.generation);
    await load();
  }

  const tend = async () => {
    await load();
    await addNextIfDue();
    await forgetUnneeded();
  };

  return {
    signingKey: current,
    async publicKeys() {
      await freshen();
      return { keys: keys.map(toJwk) };
    },
    async key(kid) {
      const known = publicKeyOf(kid);
      if (known) return known;
      await freshen();
      return publicKeyOf(kid);
    },
    tend,
    async start() {
      if (unreadable === 'replace') await removeUnreadable();
      await tend();
      timer = setInterval(
        () => {
          round = tend().catch((error: unknown) => log.error({ err: error }, 'tending the signing keys failed'));
        },
        Math.min(tendEveryMsMax, publishedAheadMs / 4),
      );
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}

const generate = promisify(generateKeyPair);

async function newPrivateKey(algorithm: SignatureAlgorithm): Promise<KeyObject> {
  const { privateKey } =
    algorithm === 'ES256'
      ? await generate('ec', { namedCurve: 'P-256' })
      : await generate('rsa', { modulusLength: 2_048 });
  return privateKey;
}

/** The public half comes out of the sealed one and not from the database, where it would not be authenticated. */
function toKey({ generation, kid, algorithm, sealed, signsFrom }: SealedKey, keyEncryptionKey: Buffer): Key {
  const privateKey = openKey(keyEncryptionKey, kid, sealed);
  const publicKey = createPublicKey(privateKey);
  return { generation, kid, algorithm, privateKey, publicKey, signsFromMs: signsFrom.getTime() };
}

function opens(key: SealedKey, keyEncryptionKey: Buffer): boolean {
  try {
    toKey(key, keyEncryptionKey);
    return true;
  } catch {
    return false;
  }
}

const toJwk = ({ kid, algorithm, publicKey }: Key): JwkSet['keys'][number] =>
  ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: algorithm }) as JwkSet['keys'][number];
