import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { captureLog, startTestServer, type TestServer } from '../../../test/support/test-server.ts';
import { createApp } from './create-app.ts';
import { createMetrics } from './metrics.ts';
import { reply, route } from './route.ts';

describe('the end of a service', () => {
  /** A service whose one route answers when the test says so. */
  const startSlow = async (order: string[], steps: (() => Promise<unknown>)[] = []) => {
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const slow = route({
      method: 'get',
      path: '/slow',
      summary: 'Answers when it may',
      tag: 'test',
      user: 'none',
      success: { 200: null },
      handle: async () => {
        started.resolve();
        await finish.promise;
        order.push('handled');
        return reply(200, { done: true });
      },
    });
    const metrics = createMetrics('test');
    const { log } = captureLog();
    const nobody = async () => {
      throw new Error('nobody is asked for');
    };
    const app = createApp({
      routes: [slow],
      authentication: { caller: async () => 'test', user: nobody },
      log,
      metrics,
    });
    const server = await startTestServer(app, { log, metrics, onDrained: steps });
    return { server, started: started.promise, finish: finish.resolve };
  };

  const ask = (server: TestServer, agent: Agent) =>
    new Promise<{ status: number | undefined }>((resolve, reject) => {
      get(`${server.baseUrl}/slow`, { agent }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve({ status: answer.statusCode }));
      }).once('error', reject);
    });

  /** Resolves once nobody takes connections there any more. */
  const refused = (port: number) =>
    new Promise<void>((resolve) => {
      const knock = () => {
        const socket = connect(port, '127.0.0.1');
        socket.once('error', () => resolve());
        socket.once('connect', () => {
          socket.destroy();
          setTimeout(knock, 5);
        });
      };
      knock();
    });

  it('answers what is in flight, then ends at once though the client would keep the connection', async () => {
    const order: string[] = [];
    const { server, started, finish } = await startSlow(order, [async () => order.push('closed')]);
    const agent = new Agent({ keepAlive: true });
    const answer = ask(server, agent);
    await started;

    const stopped = server.stop();
    await refused(server.port);
    const startedAt = performance.now();
    finish();

    expect((await answer).status).to.equal(200);
    await stopped;
    expect(performance.now() - startedAt).to.be.lessThan(2_000);
    expect(order).to.deep.equal(['handled', 'closed']);
    agent.destroy();
  });

  it('is not held up by a connection that was opened ahead, with nothing asked', async () => {
    const { server } = await startSlow([], []);
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    const startedAt = performance.now();

    await server.stop();

    expect(performance.now() - startedAt).to.be.lessThan(5_000);
    socket.destroy();
  });

  it('runs every step even where one fails, and is the same for all who ask', async () => {
    const order: string[] = [];
    const { server } = await startSlow(order, [
      async () => {
        order.push('first');
        throw new Error('cannot close');
      },
      async () => order.push('second'),
    ]);
    await Promise.all([server.stop(), server.stop()]);
    expect(order).to.deep.equal(['first', 'second']);
  });
});
