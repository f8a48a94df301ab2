import type { JwkSet } from '@outlay/contracts/auth.ts';
import { ConfigError } from '@outlay/service-kit/config.ts';
import { expect } from 'chai';
import jwt from 'jsonwebtoken';
import { openTestDatabase, type TestDatabase } from '../../../../test/support/test-database.ts';
import { bearer, newPerson, startTestAuth, type TestAuth } from '../../test/start-test-auth.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;

describe('signing keys', () => {
  let database: TestDatabase;
  let running: TestAuth[];
  beforeEach(async () => {
    database = await openTestDatabase();
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((auth) => auth.stop()));
    await database.drop();
  });

  const start = async (changes: Parameters<typeof startTestAuth>[0] = {}) => {
    const auth = await startTestAuth({ database, ...changes });
    running.push(auth);
    return auth;
  };
  const published = async (auth: TestAuth): Promise<JwkSet['keys']> =>
    (await auth.api.get('/.well-known/jwks.json')).body.keys;
  const kids = async (auth: TestAuth) => (await published(auth)).map(({ kid }) => kid);
  const register = async (auth: TestAuth): Promise<string> =>
    (await auth.api.post('/api/v1/auth/register', newPerson())).body.accessToken;
  const kidOf = (token: string) => jwt.decode(token, { complete: true })?.header.kid;
  const stored = () => database.connection.collection('signing_keys').find().sort({ _id: 1 }).toArray();

  it('has one to sign with from the first start, by ES256, and publishes its public half alone', async () => {
    const auth = await start();
    const keys = await published(auth);
    expect(keys).to.have.length(1);
    expect(keys[0]).to.have.all.keys('kty', 'crv', 'x', 'y', 'kid', 'use', 'alg');
    expect(keys[0]).to.deep.include({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' });
    const token = await register(auth);
    expect(jwt.decode(token, { complete: true })?.header).to.deep.equal({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: keys[0]!.kid,
    });
  });

  it('signs by RS256 where that is configured', async () => {
    const auth = await start({ algorithm: 'RS256' });
    const keys = await published(auth);
    expect(keys[0]).to.have.all.keys('kty', 'n', 'e', 'kid', 'use', 'alg');
    const token = await register(auth);
    expect(jwt.decode(token, { complete: true })?.header.alg).to.equal('RS256');
    expect((await auth.api.get('/api/v1/auth/me', bearer(token))).status).to.equal(200);
  });

  it('is the same after a restart', async () => {
    const first = await start();
    const before = await kids(first);
    await first.stop();
    expect(await kids(await start())).to.deep.equal(before);
  });

  it('is one, however many replicas start on an empty database at once', async () => {
    const replicas = await Promise.all(Array.from({ length: 5 }, () => start()));
    expect(await stored()).to.have.length(1);
    const kid = (await kids(replicas[0]!))[0];
    for (const replica of replicas) expect(await kids(replica)).to.deep.equal([kid]);
    expect(kidOf(await register(replicas[4]!))).to.equal(kid);
  });

  it('lies in the database sealed', async () => {
    const auth = await start();
    const [document] = await stored();
    expect(document).to.have.all.keys('_id', 'kid', 'algorithm', 'sealed', 'signsFrom');
    // A PKCS #8 key begins with SEQUENCE, INTEGER 0.
    expect(Buffer.from(document!.sealed, 'base64').includes(Buffer.from('020100', 'hex'))).to.equal(false);
    const { x } = (await published(auth))[0]!;
    expect(Buffer.from(document!.sealed, 'base64').includes(Buffer.from(x!, 'base64url'))).to.equal(false);
  });

  describe('rotate', () => {
    it('with overlap: published 15 minutes before it signs, and until the last token of the old one has expired', async () => {
      const auth = await start({ keyRotationHours: 24 });
      const at = async (ms: number) => {
        auth.clock.aheadMs = ms;
        await auth.parts.keys.tend();
        return { published: await kids(auth), signs: kidOf(await register(auth)) };
      };
      const [old] = await kids(auth);
      expect(await at(23 * hourMs + 44 * minuteMs)).to.deep.equal({ published: [old], signs: old });

      const { published: both, signs } = await at(23 * hourMs + 46 * minuteMs);
      expect(both).to.have.length(2).and.to.include(old);
      expect(signs).to.equal(old);
      const [, young] = both;

      expect(await at(24 * hourMs)).to.deep.equal({ published: [old, young], signs: old });
      expect(await at(24 * hourMs + 2 * minuteMs)).to.deep.equal({ published: [old, young], signs: young });
      expect(await at(24 * hourMs + 11 * minuteMs)).to.deep.equal({ published: [old, young], signs: young });
      expect(await at(24 * hourMs + 13 * minuteMs)).to.deep.equal({ published: [young], signs: young });
      expect(await stored()).to.have.length(1);
    });

    it('at the very moment, without a round in between, so that all replicas change together', async () => {
      const auth = await start({ keyRotationHours: 1 });
      auth.clock.aheadMs = 50 * minuteMs;
      await auth.parts.keys.tend();
      const [old, young] = await kids(auth);
      auth.clock.aheadMs = 64 * minuteMs;
      expect(kidOf(await register(auth))).to.equal(old);
      auth.clock.aheadMs = 66 * minuteMs;
      expect(kidOf(await register(auth))).to.equal(young);
    });

    it('into a key that every replica knows within a second, before its own next round', async () => {
      const [maker, other] = [await start({ keyRotationHours: 1 }), await start({ keyRotationHours: 1 })];
      maker.clock.aheadMs = 50 * minuteMs;
      await maker.parts.keys.tend();
      const [, young] = await kids(maker);

      while (!(await other.parts.keys.key(young!)));

      expect(await kids(other)).to.include(young);
    });

    it('once, however many replicas find that it is time', async () => {
      const replicas = await Promise.all(Array.from({ length: 5 }, () => start({ keyRotationHours: 1 })));
      for (const replica of replicas) replica.clock.aheadMs = 50 * minuteMs;
      await Promise.all(replicas.map((replica) => replica.parts.keys.tend()));
      expect(await stored()).to.have.length(2);
      const both = await kids(replicas[0]!);
      for (const replica of replicas) expect(await kids(replica)).to.deep.equal(both);
    });

    it('by one replica for all: the others take its key up, by whatever clock', async () => {
      const [one, other] = [await start({ keyRotationHours: 1 }), await start({ keyRotationHours: 1 })];
      one.clock.aheadMs = 50 * minuteMs;
      await one.parts.keys.tend();
      await other.parts.keys.tend();
      expect(await kids(other))
        .to.have.length(2)
        .and.deep.equal(await kids(one));
    });

    it('late after a long sleep: the old key signs on until everybody can know the new one', async () => {
      const auth = await start({ keyRotationHours: 1 });
      const [old] = await kids(auth);
      auth.clock.aheadMs = 1_000 * hourMs;
      await auth.parts.keys.tend();
      expect(await kids(auth)).to.have.length(2);
      expect(kidOf(await register(auth))).to.equal(old);
      auth.clock.aheadMs += 16 * minuteMs;
      expect(kidOf(await register(auth))).to.not.equal(old);
    });

    it('to another algorithm soon after that is configured, with the same overlap and once', async () => {
      const before = await start();
      const [old] = await kids(before);
      const [after, second] = [await start({ algorithm: 'RS256' }), await start({ algorithm: 'RS256' })];
      await second.parts.keys.tend();
      expect((await published(after)).map(({ alg }) => alg)).to.deep.equal(['ES256', 'RS256']);
      expect(kidOf(await register(after))).to.equal(old);
      after.clock.aheadMs = 16 * minuteMs;
      const token = await register(after);
      expect(jwt.decode(token, { complete: true })?.header.alg).to.equal('RS256');
    });
  });

  it('tell their age and how old they are to become, so that a rotation that fails can be noticed', async () => {
    const auth = await start({ keyRotationHours: 24 });
    auth.clock.aheadMs = 2 * hourMs;
    expect(await auth.metric('auth_signing_key_age_seconds')).to.equal(7_200);
    expect(await auth.metric('auth_signing_key_rotation_seconds')).to.equal(86_400);
  });

  describe('stop the start with one line that names the variable', () => {
    const failure = async (changes: Parameters<typeof startTestAuth>[0]): Promise<Error> =>
      start(changes).then(
        () => expect.fail('it started'),
        (error) => error,
      );

    it('where the key-encryption key is another one', async () => {
      await start();
      const error = await failure({ keyEncryptionKey: Buffer.alloc(32, 8) });
      expect(error).to.be.instanceOf(ConfigError);
      expect(error.message).to.match(
        /^Wrong configuration: KEY_ENCRYPTION_KEY does not open signing key [\w-]{12} in the database: it was sealed with another one$/,
      );
      expect(await stored()).to.have.length(1);
    });

    it('where somebody swapped or changed a sealed key in the database', async () => {
      await start();
      const keys = database.connection.collection('signing_keys');
      await keys.updateOne({}, { $set: { kid: 'attackers-kid' } });
      expect(await failure({})).to.be.instanceOf(ConfigError);
      await keys.updateOne({}, { $set: { sealed: Buffer.alloc(100).toString('base64') } });
      expect(await failure({})).to.be.instanceOf(ConfigError);
    });
  });

  it('are replaced at the start where that is asked for and the key-encryption key is lost; sessions live on', async () => {
    const before = await start();
    const registered = await before.api.post('/api/v1/auth/register', newPerson({ delivery: 'body' }));
    const [lost] = await kids(before);
    const lostKek = { keyEncryptionKey: Buffer.alloc(32, 8), unreadableKeys: 'replace' } as const;
    const [after, other] = await Promise.all([start(lostKek), start(lostKek)]);
    expect(await kids(after))
      .to.have.length(1)
      .and.not.include(lost);
    expect(await kids(other)).to.deep.equal(await kids(after));

    const { accessToken, refreshToken } = registered.body;
    expect((await after.api.get('/api/v1/auth/me', bearer(accessToken))).status).to.equal(401);
    const refreshed = await after.api.post('/api/v1/auth/refresh', { refreshToken, delivery: 'body' });
    expect(kidOf(refreshed.body.accessToken)).to.equal((await kids(after))[0]);
  });

  it('are not touched by asking for that where they open', async () => {
    const before = await kids(await start());
    expect(await kids(await start({ unreadableKeys: 'replace' }))).to.deep.equal(before);
  });

  it('keep their secrets out of the log', async () => {
    const auth = await start();
    const [document] = await stored();
    const logged = auth.lines.join('');
    expect(logged).to.include('new signing key').and.include(document!.kid);
    expect(logged).to.not.include(document!.sealed);
  });
});
