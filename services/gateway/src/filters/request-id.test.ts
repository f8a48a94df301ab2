import { expect } from 'chai';
import { startTestGateway } from '../testing/start-test-gateway.ts';
import { requestIdOf } from './request-id.ts';

describe('the id of a request', () => {
  it('is ours, whatever a client says', () => {
    expect(requestIdOf('clients', false)).to.match(/^[0-9a-f]{32}$/);
    expect(requestIdOf(undefined, true)).to.match(/^[0-9a-f]{32}$/);
    expect(requestIdOf(undefined, true)).not.to.equal(requestIdOf(undefined, true));
  });

  it('is the client’s where the listener says so and it can stand in a log', () => {
    expect(requestIdOf('5f0c2b1e-6a0b-4b6f-9d55-1c8f3e1c2a77', true)).to.equal('5f0c2b1e-6a0b-4b6f-9d55-1c8f3e1c2a77');
    for (const evil of ['', 'a"b', 'a b', 'ä', 'a'.repeat(129)])
      expect(requestIdOf(evil, true), evil).to.match(/^[0-9a-f]{32}$/);
  });

  for (const isPreserved of [false, true])
    it(`goes to the service and back to the client, ${isPreserved ? 'the client’s own' : 'one of ours'}`, async () => {
      const gateway = await startTestGateway({
        edit: (yaml) =>
          yaml.replace('    virtual_hosts:', `    preserve_external_request_id: ${isPreserved}\n    virtual_hosts:`),
      });
      const headers = { authorization: gateway.bearer, 'x-request-id': 'clients' };

      const answer = await fetch(`${gateway.url}/api/v1/ledgers`, { headers });

      const id = answer.headers.get('x-request-id');
      const arrived = gateway.expense.arrived[0]?.headers.filter(([name]) => name === 'x-request-id');
      expect(id).to.match(isPreserved ? /^clients$/ : /^[0-9a-f]{32}$/);
      expect(arrived).to.deep.equal([['x-request-id', id]]);
      await gateway.close();
    });
});
