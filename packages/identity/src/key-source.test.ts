import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type JwkSet, testKey } from '../../../test/support/test-identity.ts';
import { type CachedKeysOptions, cachedKeys, fileKeys, readJwkSet } from './key-source.ts';

const first = testKey('first').jwks;
const second = testKey('second').jwks;
const both: JwkSet = { keys: [...first.keys, ...second.keys] };

/** A source of keys whose answers and clock the test holds; counts how often it is asked. */
function source(initial: JwkSet, options: Partial<CachedKeysOptions> = {}) {
  const state = { published: initial, isAway: false, loads: 0, now: 1_000_000 };
  const keys = cachedKeys({
    maxAgeMs: 300_000,
    cooldownMs: 5_000,
    staleMs: 3_600_000,
    now: () => state.now,
    load: async () => {
      state.loads++;
      if (state.isAway) throw new Error('away');
      return state.published;
    },
    ...options,
  });
  const errorOf = (kid: string) =>
    keys.key(kid).then(
      () => undefined,
      (error: Error) => error.message,
    );
  return { state, keys, errorOf };
}

describe('readJwkSet', () => {
  it('keeps EC and RSA keys for signatures and passes over everything else', () => {
    const keys = readJwkSet({
      keys: [
        ...first.keys,
        ...testKey('rsa', 'RS256').jwks.keys,
        { ...second.keys[0], use: 'enc' },
        { kty: 'oct', kid: 'shared', k: 'c2VjcmV0' },
        { kty: 'OKP', crv: 'Ed25519', kid: 'ed', x: 'AA' },
        { kty: 'EC', crv: 'P-256', kid: 'broken', x: '!', y: '!' },
        { ...first.keys[0], kid: undefined },
        'text',
        null,
      ],
    });
    expect([...keys.keys()]).to.deep.equal(['first', 'rsa']);
    expect(keys.get('first')?.asymmetricKeyType).to.equal('ec');
  });

  it('makes a public key even of a JWK that gives its private part away', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const keys = readJwkSet({ keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'leaked' }] });
    expect(keys.get('leaked')?.type).to.equal('public');
  });

  it('refuses what is no key set, and one of more than 100 keys', () => {
    for (const body of [null, 'text', {}, { keys: {} }, { keys: Array(101).fill(first.keys[0]) }])
      expect(() => readJwkSet(body), JSON.stringify(body)?.slice(0, 30)).to.throw();
  });
});

describe('cachedKeys', () => {
  it('asks nobody before the first key is wanted, and then once for many', async () => {
    const { state, keys } = source(first);
    expect(state.loads).to.equal(0);
    const found = await Promise.all(Array.from({ length: 50 }, () => keys.key('first')));
    expect(found.every((key) => key?.type === 'public')).to.equal(true);
    expect(state.loads).to.equal(1);
  });

  it('answers from memory until the keys are 5 minutes old', async () => {
    const { state, keys } = source(first);
    await keys.key('first');
    state.now += 299_000;
    await keys.key('first');
    expect(state.loads).to.equal(1);
    state.now += 1_000;
    await keys.key('first');
    expect(state.loads).to.equal(2);
  });

  it('finds a key that was published since by asking again', async () => {
    const { state, keys } = source(first);
    await keys.key('first');
    state.published = both;
    state.now += 5_000;
    expect(await keys.key('second')).to.have.property('type', 'public');
    expect(state.loads).to.equal(2);
  });

  it('asks for made-up kids no more often than every 5 s', async () => {
    const { state, keys } = source(first);
    await keys.key('first');
    for (let made = 0; made < 100; made++) expect(await keys.key(`made-up-${made}`)).to.equal(undefined);
    expect(state.loads).to.equal(1);
    state.now += 5_000;
    await Promise.all(Array.from({ length: 100 }, (_, made) => keys.key(`made-up-${made}`)));
    expect(state.loads).to.equal(2);
  });

  it('stops trusting a key that was withdrawn once the keys are old', async () => {
    const { state, keys } = source(both);
    await keys.key('first');
    state.published = second;
    state.now += 300_000;
    expect(await keys.key('first')).to.equal(undefined);
    expect(await keys.key('second')).to.have.property('type', 'public');
  });

  it('serves on with the last keys while the source is away, for an hour', async () => {
    const { state, keys, errorOf } = source(first);
    await keys.key('first');
    state.isAway = true;
    state.now += 3_600_000;
    expect(await keys.key('first')).to.have.property('type', 'public');
    state.now += 10_000;
    expect(await errorOf('first')).to.equal('away');
    // Within the cool-down too: "cannot tell" must not become "is not valid", which would log people out.
    expect(await errorOf('first')).to.equal('away');
    state.isAway = false;
    state.now += 5_000;
    expect(await keys.key('first')).to.have.property('type', 'public');
  });

  it('asks an absent source for old keys no more often than every 5 s', async () => {
    const { state, keys } = source(first);
    await keys.key('first');
    state.isAway = true;
    state.now += 300_000;
    for (let asked = 0; asked < 20; asked++) await keys.key('first');
    expect(state.loads).to.equal(2);
  });

  it('cannot tell about an unknown kid while the source is away, and says so each time', async () => {
    const { state, keys, errorOf } = source(first);
    await keys.key('first');
    state.isAway = true;
    state.now += 5_000;
    expect(await errorOf('second')).to.equal('away');
    expect(await errorOf('second')).to.equal('away');
    expect(state.loads).to.equal(2);
    expect(await keys.key('first')).to.have.property('type', 'public');
  });

  it('comes up as soon as a source does that was away from the start', async () => {
    const { state, keys, errorOf } = source(first);
    state.isAway = true;
    expect(await errorOf('first')).to.equal('away');
    state.isAway = false;
    expect(await keys.key('first')).to.have.property('type', 'public');
  });

  it('treats an answer that is no key set like an absent source', async () => {
    const { state, keys } = source(first);
    await keys.key('first');
    state.published = { nonsense: true } as unknown as JwkSet;
    state.now += 300_000;
    expect(await keys.key('first')).to.have.property('type', 'public');
  });
});

describe('fileKeys', () => {
  it('reads the file again for a kid that it does not know', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'outlay-keys-'));
    const file = join(folder, 'jwks.json');
    let now = 0;
    try {
      await writeFile(file, JSON.stringify(first));
      const keys = fileKeys(file, { now: () => now });
      expect(await keys.key('first')).to.have.property('type', 'public');
      await writeFile(file, JSON.stringify(both));
      expect(await keys.key('second')).to.equal(undefined); // read a moment ago
      now += 1_000;
      expect(await keys.key('second')).to.have.property('type', 'public');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
