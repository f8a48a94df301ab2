import { renameSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { eventually } from '../testing/start-test-gateway.ts';
import { countsInUse, expectTrueLog, isIdle } from './aftermath.ts';
import { KeptObjects } from './kept-objects.ts';
import { playSchedules } from './play-schedules.ts';
import { Random } from './random.ts';
import { type Chaos, startChaos } from './start-chaos.ts';

/** `CHAOS_SEED=n` plays the same again, `CHAOS_SCHEDULE=m` of these one alone, `CHAOS_RUNS` more or fewer. */
const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1_000_000));
const runs = Number(process.env.CHAOS_RUNS ?? 1_000);
const only = process.env.CHAOS_SCHEDULE === undefined ? undefined : Number(process.env.CHAOS_SCHEDULE);

for (const protocol of ['HTTP/1.1', 'HTTP/1.1 over TLS', 'HTTP/2'] as const)
  describe(`the gateway amid chaos, by ${protocol} (CHAOS_SEED=${seed})`, function () {
    this.timeout(300_000);
    let chaos: Chaos;
    let kept: KeptObjects;
    before(async () => {
      kept = new KeptObjects();
      chaos = await startChaos(protocol);
    });
    after(async () => {
      kept.close();
      await chaos.close();
    });

    it(`answers each request once, whole and right, or with one clear error, in ${runs} schedules`, async () => {
      const range = only === undefined ? { runs } : { from: only, runs: 1 };

      const { wrongs, counts } = await playSchedules(chaos, { seed, ...range });

      expect(wrongs.slice(0, 20).join('\n')).to.equal('');
      // Neither is all well nor all wrong: else nothing would be shown.
      if (only === undefined)
        for (const kind of ['whole', 'refused', 'cut', 'left', 'tunnel'] as const)
          expect(counts[kind], kind).to.be.above(runs / 50);
    });

    it('keeps to that while its configuration changes, and endpoints come and go', async () => {
      const random = new Random(seed);
      let version = 0;
      const isApplied = () =>
        chaos.gateway.lines.filter((line) => line.includes('"configuration applied"')).length === version;
      let changedAt = 0;
      const change = () => {
        chaos.move(random);
        // Each version meets some requests, however slow the machine is.
        if (!isApplied() || chaos.requests.size < changedAt + 30) return;
        changedAt = chaos.requests.size;
        const { configFile } = chaos.gateway;
        version++;
        writeFileSync(`${configFile}.next`, chaos.yaml(version));
        renameSync(`${configFile}.next`, configFile);
      };
      const changing = setInterval(change, 50);

      const { wrongs } = await playSchedules(chaos, { seed: seed + 1, runs: Math.ceil(runs / 5) });

      clearInterval(changing);
      await eventually(isApplied);
      expect(wrongs.slice(0, 20).join('\n')).to.equal('');
      expect(version).to.be.above(runs < 1_000 ? 0 : 3);
    });

    it('writes one line for each request, and tells its status as the client saw it', () => {
      expectTrueLog(chaos);
    });

    it('goes back to where it was: connections, limits, what is kept of requests', async () => {
      await eventually(() => chaos.services.every(({ sockets }) => sockets.size === 0));
      await eventually(() => isIdle(chaos));

      expect(await countsInUse(chaos)).to.deep.equal([]);
      expect(kept.seen).to.be.above(runs);
      expect(await kept.count()).to.be.below(20);
    });

    it('finishes what is under way when it is told to stop, and then is gone', async () => {
      const leaving = await startChaos(protocol);
      const playing = playSchedules(leaving, { seed: seed + 2, runs: Math.ceil(runs / 5), mayBeGone: true });
      await eventually(() => leaving.requests.size > Math.min(100, runs / 10));

      await leaving.gateway.stop();

      const { wrongs } = await playing;
      await leaving.close();
      expect(wrongs.slice(0, 20).join('\n')).to.equal('');
      await eventually(() => isIdle(chaos));
    });
  });
