import { expect } from 'chai';
import { eventually } from '../testing/start-test-gateway.ts';
import { startUpstream } from '../testing/test-upstream.ts';
import { CircuitBreakers } from './circuit-breakers.ts';
import { Endpoint } from './endpoint.ts';

describe('an endpoint’s kept connection', () => {
  it('is not given out once it is being closed', async () => {
    const service = await startUpstream();
    const { hostname: host, port, host: authority } = new URL(service.url);
    const breakers = new CircuitBreakers({ max_connections: 10, max_pending_requests: 10, max_requests: 10 });
    const endpoint = new Endpoint({ host, port: Number(port), authority, zone: '' }, breakers, 0);
    const nobody = { onHead() {}, onData() {}, onEnd() {}, onPartRead() {}, onDrain() {}, onFailure() {} };
    const connection = endpoint.connect();
    connection.begin(nobody, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n', false, 'none');
    await eventually(() => endpoint.idle === 1);

    // As it does itself when the service ends it; the socket tells that it is closed a little later.
    connection.destroy();

    expect(endpoint.takeIdle()).to.equal(undefined);
    await eventually(() => endpoint.connections === 0);
    await service.close();
  });
});
