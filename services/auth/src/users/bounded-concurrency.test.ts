import { expect } from 'chai';
import { boundedConcurrency } from './bounded-concurrency.ts';

/** Work whose end the test holds. */
function heldWork() {
  const started: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<string>>();
  const work = (name: string) => () => {
    started.push(name);
    const end = Promise.withResolvers<string>();
    ends.set(name, end);
    return end.promise;
  };
  return {
    started,
    work,
    end: (name: string) => ends.get(name)?.resolve(name),
    fail: (name: string) => ends.get(name)?.reject(new Error(name)),
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('boundedConcurrency', () => {
  it('runs so many at once and the rest in the order they came', async () => {
    const limit = boundedConcurrency(2, 10, () => new Error('full'));
    const { started, work, end } = heldWork();
    const all = ['a', 'b', 'c', 'd'].map((name) => limit(work(name)));
    await settled();
    expect(started).to.deep.equal(['a', 'b']);
    end('b');
    await settled();
    expect(started).to.deep.equal(['a', 'b', 'c']);
    end('a');
    await settled();
    expect(started).to.deep.equal(['a', 'b', 'c', 'd']);
    end('c');
    end('d');
    expect(await Promise.all(all)).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('turns away who comes to a full line, at once', async () => {
    const limit = boundedConcurrency(1, 1, () => new Error('full'));
    const { work, end } = heldWork();
    const [a, b] = [limit(work('a')), limit(work('b'))];
    const error = await limit(work('c')).catch((caught: Error) => caught.message);
    expect(error).to.equal('full');
    end('a');
    await a;
    await settled();
    end('b');
    expect(await b).to.equal('b');
  });

  it('gives the place on where work fails', async () => {
    const limit = boundedConcurrency(1, 5, () => new Error('full'));
    const { work, end, fail } = heldWork();
    const failing = limit(work('a')).catch((caught: Error) => caught.message);
    const next = limit(work('b'));
    fail('a');
    expect(await failing).to.equal('a');
    await settled();
    end('b');
    expect(await next).to.equal('b');
    const later = limit(work('c'));
    await settled();
    end('c');
    expect(await later).to.equal('c');
  });
});
