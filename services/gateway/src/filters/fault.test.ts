import { expect } from 'chai';
import { Fault as Config } from '../bootstrap/filter-schemas.ts';
import { requestOf } from '../testing/request-of.ts';
import { eventually, startTestGateway } from '../testing/start-test-gateway.ts';
import { Fault } from './fault.ts';

/** The first of a hundred requests, the second, … by numbers that are as even as can be. */
function faultOf(config: object) {
  let asked = 0;
  return new Fault(Config.parse(config), () => (asked++ % 100) / 100);
}
const statusOf = async (fault: Fault, fields = {}) => {
  const verdict = await fault.onRequest(requestOf(fields));
  return verdict?.status ?? 200;
};

describe('faults on purpose', () => {
  it('refuse the percentage that is asked for, with the status that is asked for', async () => {
    const fault = faultOf({ abort: { http_status: 502, percentage: 10 } });

    const statuses = await Promise.all(Array.from({ length: 100 }, () => statusOf(fault)));

    expect(statuses.filter((status) => status === 502)).to.have.length(10);
    expect(statuses.filter((status) => status === 200)).to.have.length(90);
  });

  it('may be asked for by a header, but only where the configuration says so', async () => {
    const byHeader = faultOf({ abort: { header_abort: {}, percentage: 100 } });
    const fixed = faultOf({ abort: { http_status: 503, percentage: 0 } });
    const asking = { 'x-envoy-fault-abort-request': '418' };

    expect(await statusOf(byHeader, asking)).to.equal(418);
    expect(await statusOf(byHeader)).to.equal(200);
    expect(await statusOf(byHeader, { 'x-envoy-fault-abort-request': '200' })).to.equal(200);
    expect(await statusOf(byHeader, { 'x-envoy-fault-abort-request': 'x' })).to.equal(200);
    expect(await statusOf(fixed, asking)).to.equal(200);
  });

  it('hold up no more requests at once than they may', async () => {
    const fault = faultOf({ delay: { fixed_delay: '20ms', percentage: 100 }, max_active_faults: 1 });

    const held = fault.onRequest(requestOf());
    expect(held).to.be.instanceOf(Promise);
    expect(fault.onRequest(requestOf())).to.equal(undefined);
    await held;

    expect(fault.onRequest(requestOf())).to.be.instanceOf(Promise);
  });

  it('show in the log by Envoy’s flags, and in a problem of their own', async () => {
    const env = {
      FAULT_DELAY: '50ms',
      FAULT_DELAY_PERCENT: '100',
      FAULT_ABORT_PERCENT: '100',
      FAULT_ABORT_STATUS: '504',
    };
    const gateway = await startTestGateway({ env });
    const startedAt = performance.now();

    const answer = await fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization: gateway.bearer } });

    expect(performance.now() - startedAt).to.be.above(45);
    expect(answer.status).to.equal(504);
    expect(await answer.json()).to.include({ type: '/problems/fault-injected', status: 504 });
    await eventually(() => gateway.log().some(({ msg }) => msg === 'request'));
    expect(gateway.log().find(({ msg }) => msg === 'request')).to.include({ flags: 'DI,FI', status: 504 });
    expect(gateway.expense.arrived).to.have.length(0);
    await gateway.close();
  });

  it('that only hold up let the request on', async () => {
    const gateway = await startTestGateway({ env: { FAULT_DELAY: '10ms', FAULT_DELAY_PERCENT: '100' } });

    const answer = await fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization: gateway.bearer } });

    expect(answer.status).to.equal(200);
    await eventually(() => gateway.log().some(({ msg }) => msg === 'request'));
    expect(gateway.log().find(({ msg }) => msg === 'request')).to.include({ flags: 'DI' });
    await gateway.close();
  });

  it('are no fault of a client that may not ask: its header is dropped', async () => {
    const gateway = await startTestGateway();
    const headers = { authorization: gateway.bearer, 'x-envoy-fault-abort-request': '503' };

    expect((await fetch(`${gateway.url}/api/v1/ledgers`, { headers })).status).to.equal(200);

    expect(gateway.expense.arrived[0]?.headers.map(([name]) => name)).not.to.include('x-envoy-fault-abort-request');
    await gateway.close();
  });
});
