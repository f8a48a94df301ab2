import { expect } from 'chai';
import { eventually } from '../testing/start-test-gateway.ts';
import { expectTrueLog, isIdle, limitsInUse } from './aftermath.ts';
import { type Chaos, playSchedules, startChaos } from './start-chaos.ts';

/** As of HTTP/1.1. */
const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1_000_000));
const runs = Number(process.env.CHAOS_RUNS ?? 1_000);
const only = process.env.CHAOS_SCHEDULE === undefined ? undefined : Number(process.env.CHAOS_SCHEDULE);

describe(`the gateway amid chaos, over HTTP/2 (CHAOS_SEED=${seed})`, function () {
  this.timeout(300_000);
  let chaos: Chaos;
  before(async () => {
    chaos = await startChaos('HTTP/2');
  });
  after(() => chaos.close());

  it(`answers each of the requests that share a connection once, whole and right, or with one clear error, in ${runs} schedules`, async () => {
    const range = only === undefined ? { runs } : { from: only, runs: 1 };

    const { wrongs, counts } = await playSchedules(chaos, { seed, ...range });

    expect(wrongs.slice(0, 20).join('\n')).to.equal('');
    if (only === undefined)
      for (const kind of ['whole', 'refused', 'cut', 'left'] as const)
        expect(counts[kind], kind).to.be.above(runs / 50);
  });

  it('writes one line for each request, and tells its status as the client saw it', () => {
    expectTrueLog(chaos);
  });

  it('goes back to where it was', async () => {
    await eventually(() => chaos.services.every(({ sockets }) => sockets.size === 0));
    await eventually(() => isIdle(chaos));

    expect(await limitsInUse(chaos)).to.deep.equal([]);
  });

  it('finishes what is under way when it is told to stop, and then is gone', async () => {
    const leaving = await startChaos('HTTP/2');
    const playing = playSchedules(leaving, { seed: seed + 2, runs: Math.ceil(runs / 5), mayBeGone: true });
    await eventually(() => leaving.statuses.size > Math.min(50, runs / 20));

    await leaving.gateway.stop();

    const { wrongs } = await playing;
    await leaving.close();
    expect(wrongs.slice(0, 20).join('\n')).to.equal('');
    await eventually(() => isIdle(chaos));
  });
});
