import { expect } from 'chai';
import { captureLog } from '../../../test/support/test-server.ts';
import { createLog } from './log.ts';

describe('the log', () => {
  it('is a JSON line with level, time, service and message', () => {
    const { log, lines } = captureLog('expense');
    log.info({ route: '/x' }, 'request');
    const line = JSON.parse(lines[0]!);
    expect(line).to.include({ level: 'info', service: 'expense', route: '/x', msg: 'request' });
    expect(new Date(line.time).toISOString()).to.equal(line.time);
  });

  const secret = 'hunter2';
  const logged: [where: string, object: object][] = [
    ['password', { password: secret }],
    ['a header', { headers: { authorization: secret, cookie: secret, 'x-outlay-workload-token': secret } }],
    ['a request', { req: { headers: { authorization: secret, 'set-cookie': secret } } }],
    ['a body', { body: { refreshToken: secret, user: { password: secret } } }],
    ['an error’s context', { err: Object.assign(new Error('x'), { config: { headers: { authorization: secret } } }) }],
    ['one of a list', { bodies: [{ name: 'ada', password: secret }] }],
    ['a session', { session: { accessToken: secret, token: secret } }],
  ];
  for (const [where, object] of logged)
    it(`does not hold the secret of ${where}`, () => {
      const { log, lines } = captureLog();
      log.error(object, 'failed');
      expect(lines.join('')).to.include('failed').and.not.include(secret);
    });

  it('leaves out what is below its level', () => {
    const lines: string[] = [];
    const log = createLog({ service: 'x', level: 'warn' }, { write: (line) => void lines.push(line) });
    log.info('no');
    log.warn('yes');
    expect(lines).to.have.length(1);
  });
});
