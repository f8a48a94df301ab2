import { createLog } from '@outlay/service-kit/log.ts';
import { expect } from 'chai';
import { createKey } from '../../testing/tokens.ts';
import { RemoteJwks } from './remote-jwks.ts';

const one = createKey('one');
const two = createKey('two');
const log = createLog({ service: 'test', level: 'silent' });

/** Keys from a source that the test is, by a clock that the test turns. */
function source({ refreshIntervalMinMs = 100 } = {}) {
  const state = { keys: [one.jwk], isAway: false, fetches: 0, now: 0, hold: undefined as Promise<void> | undefined };
  const jwks = new RemoteJwks({
    fetch: async () => {
      state.fetches++;
      await state.hold;
      if (state.isAway) throw new Error('away');
      return JSON.stringify({ keys: state.keys });
    },
    cacheMs: 1_000,
    staleMs: 10_000,
    refreshIntervalMinMs,
    log,
    now: () => state.now,
  });
  return { state, jwks };
}

const kidOf = async (jwks: RemoteJwks, kid: string) => (await jwks.find(kid))?.asymmetricKeyType;

describe('the issuer’s keys', () => {
  it('are fetched when first asked for and then answered at once', async () => {
    const { state, jwks } = source();

    expect(await kidOf(jwks, 'one')).to.equal('ec');
    expect(jwks.find('one')).not.to.be.instanceOf(Promise);
    expect(state.fetches).to.equal(1);
  });

  it('are fetched once for a crowd that asks at the same time', async () => {
    const { state, jwks } = source();

    const found = await Promise.all(Array.from({ length: 50 }, () => kidOf(jwks, 'one')));

    expect(new Set(found)).to.deep.equal(new Set(['ec']));
    expect(state.fetches).to.equal(1);
  });

  it('are asked again for an unknown kid, but not more often than the interval', async () => {
    const { state, jwks } = source();
    await jwks.find('one');
    state.keys = [one.jwk, two.jwk];

    for (let i = 0; i < 100; i++) expect(await kidOf(jwks, `made-up-${i}`)).to.equal(undefined);
    expect(state.fetches).to.equal(1);
    state.now += 100;
    expect(await kidOf(jwks, 'two')).to.equal('ec');
    expect(state.fetches).to.equal(2);
  });

  it('are fetched anew in the background when they are old, and a withdrawn one is trusted no more', async () => {
    const { state, jwks } = source();
    await jwks.find('one');
    state.keys = [two.jwk];
    state.now += 1_001;

    expect(jwks.find('one')).not.to.be.instanceOf(Promise);
    await new Promise((resolve) => setImmediate(resolve));

    expect(state.fetches).to.equal(2);
    expect(await kidOf(jwks, 'two')).to.equal('ec');
    expect(await kidOf(jwks, 'one')).to.equal(undefined);
  });

  it('serve on while the source is away, for a bounded time', async () => {
    const { state, jwks } = source();
    await jwks.find('one');
    state.isAway = true;

    state.now = 9_000;
    expect(await kidOf(jwks, 'one')).to.equal('ec');
    await new Promise((resolve) => setImmediate(resolve));
    state.now = 10_200;
    const failure = await Promise.resolve(jwks.find('one')).then(
      () => undefined,
      (error: Error) => error,
    );

    expect(failure?.message).to.equal('away');
  });

  it('are not said to lack a kid while the source is away', async () => {
    const { state, jwks } = source();
    await jwks.find('one');
    state.isAway = true;
    state.now = 200;

    for (let i = 0; i < 3; i++) {
      const failure = await Promise.resolve(jwks.find('two')).then(
        () => undefined,
        (error: Error) => error,
      );
      expect(failure).to.be.instanceOf(Error);
    }
    expect(state.fetches).to.equal(2);
  });

  it('are asked for by who needs them soon after the source is there, however long they were waited for', async () => {
    const { state, jwks } = source({ refreshIntervalMinMs: 30_000 });
    state.isAway = true;
    await Promise.resolve(jwks.find('one')).catch(() => undefined);
    state.isAway = false;

    state.now = 250;
    expect(await kidOf(jwks, 'one')).to.equal('ec');
  });

  it('are fetched at the start until there are some', async () => {
    const { state, jwks } = source();
    state.isAway = true;
    jwks.start();
    while (state.fetches < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(jwks.isFilled).to.equal(false);

    state.isAway = false;
    while (!jwks.isFilled) await new Promise((resolve) => setTimeout(resolve, 5));

    expect(jwks.find('one')).not.to.be.instanceOf(Promise);
    jwks.close();
  });
});
