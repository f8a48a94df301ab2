import { expect } from 'chai';
import { createCoalescer } from './coalesce.ts';

/** Work that ends when the test says so. */
function controlled() {
  const runs: PromiseWithResolvers<string>[] = [];
  const work = () => {
    const run = Promise.withResolvers<string>();
    runs.push(run);
    return run.promise;
  };
  return { runs, work };
}
const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.fail('it succeeded'),
    (error: Error) => error,
  );

describe('questions that come while an equal one is open', () => {
  it('share one answer that is read after they came, however many they are', async () => {
    const share = createCoalescer<string>(60_000);
    const { runs, work } = controlled();
    const first = share('a', work);
    const others = Array.from({ length: 20 }, () => share('a', work));
    expect(runs).to.have.length(1);

    runs[0]!.resolve('before the write');
    expect(await first).to.equal('before the write');
    await new Promise(setImmediate);
    expect(runs).to.have.length(2);
    const later = share('a', work);

    runs[1]!.resolve('after the write');
    expect(new Set(await Promise.all(others))).to.deep.equal(new Set(['after the write']));
    await new Promise(setImmediate);
    expect(runs).to.have.length(3);
    runs[2]!.resolve('later still');
    expect(await later).to.equal('later still');
  });

  it('share a refusal, which the next one does not inherit', async () => {
    const share = createCoalescer<string>(60_000);
    const { runs, work } = controlled();
    const [first, second, third] = [share('a', work), share('a', work), share('a', work)];
    runs[0]!.reject(new Error('first'));
    expect((await failure(first)).message).to.equal('first');
    await new Promise(setImmediate);
    runs[1]!.reject(new Error('second'));
    for (const each of [second, third]) expect((await failure(each)).message).to.equal('second');

    const fresh = share('a', work);
    expect(runs).to.have.length(3);
    runs[2]!.resolve('fine');
    expect(await fresh).to.equal('fine');
  });

  it('do not wait for another question’s answer, nor longer for a slow one than is told', async () => {
    const share = createCoalescer<string>(5);
    const { runs, work } = controlled();
    const slow = share('a', work);
    const next = share('a', work);
    void share('b', work);
    expect(runs).to.have.length(2);
    while (runs.length < 3) await new Promise(setImmediate);

    runs[2]!.resolve('next');
    expect(await next).to.equal('next');
    runs[0]!.resolve('slow');
    expect(await slow).to.equal('slow');
    runs[1]!.resolve('b');
  });
});
