import { expect } from 'chai';
import { exchangeRaw } from '../testing/raw-client.ts';
import { eventually, startTestGateway } from '../testing/start-test-gateway.ts';
import { startRawUpstream } from '../testing/test-upstream.ts';
import { Deadlines } from './deadlines.ts';

describe('time-outs', () => {
  it('do not strike an answer that came in time and waits for us to read it', async () => {
    const service = await startRawUpstream((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
        // A process that is throttled for longer than the time-out: the answer is there, and the timers are due.
        const resumesAt = performance.now() + 600;
        while (performance.now() < resumesAt);
      }),
    );
    const gateway = await startTestGateway({
      expenseUrl: service.url,
      edit: (yaml) => yaml.replace('cluster: expense, timeout: 30s', 'cluster: expense, timeout: 400ms'),
    });

    const answer = await exchangeRaw(
      gateway.port,
      `GET /api/v1/ledgers HTTP/1.1\r\nHost: a\r\nAuthorization: ${gateway.bearer}\r\nConnection: close\r\n\r\n`,
    );

    await service.close();
    await gateway.close();
    expect([answer.status, answer.body]).to.deep.equal([200, 'ok']);
  });

  it('are asked of whoever is under way, however many have come and gone, and of nobody else', async () => {
    const deadlines = new Deadlines();
    const asked = new Set<string>();
    const timed = (name: string) => ({ slot: -1, checkTime: () => void asked.add(name) });
    const all = Array.from({ length: 100 }, (_, i) => timed(`${i}`));
    for (const one of all) deadlines.add(one);
    for (const one of all.slice(0, 98)) deadlines.delete(one);
    deadlines.delete(all[0] as (typeof all)[number]); // once more
    const late = timed('late');
    deadlines.add(late);

    expect(deadlines.size).to.equal(3);
    await eventually(() => asked.size === 3);
    expect([...asked]).to.have.members(['98', '99', 'late']);
    for (const one of [...all.slice(98), late]) deadlines.delete(one);
    expect(deadlines.size).to.equal(0);
  });
});
