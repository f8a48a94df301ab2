import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { RawClient } from './testing/raw-client.ts';
import { eventually, startTestGateway, type TestGateway } from './testing/start-test-gateway.ts';

const added = `          - match: { path: /added }
            route: { cluster: expense }
            requires: none
`;
const withRoute = (yaml: string) => yaml.replace('          # The API, described.\n', (line) => added + line);

describe('a change of gateway.yaml', () => {
  let gateway: TestGateway;
  let text = '';
  beforeEach(async () => {
    gateway = await startTestGateway();
    text = readFileSync(gateway.configFile, 'utf8');
  });
  afterEach(() => gateway.close());

  const answered = async (path: string) => (await fetch(gateway.url + path)).status;
  const said = (msg: string) => gateway.log().filter((line) => line.msg === msg);
  const applied = (times = 1) => eventually(() => said('configuration applied').length === times);
  const refused = () => eventually(() => said('configuration refused: the one before serves on').length > 0);
  const metricsOf = async () => (await fetch(`http://127.0.0.1:${gateway.adminPort}/metrics`)).text();
  const ask = () => fetch(`${gateway.url}/api/v1/ledgers`, { headers: { authorization: gateway.bearer } });

  it('serves from the next request on', async () => {
    expect(await answered('/added')).to.equal(404);

    writeFileSync(gateway.configFile, withRoute(text));
    await applied();

    expect(await answered('/added')).to.equal(200);
    expect(await metricsOf()).to.match(/config_reloads_total\{result="applied".*\} 1\n/);
  });

  it('is noticed where Kubernetes swaps the links of a mounted ConfigMap', async () => {
    const directory = gateway.tokens;
    for (const [version, content] of [
      ['..1', text],
      ['..2', withRoute(text)],
    ] as const) {
      mkdirSync(join(directory, version));
      writeFileSync(join(directory, version, 'gateway.yaml'), content);
    }
    rmSync(gateway.configFile);
    symlinkSync('..1', join(directory, '..data'));
    symlinkSync('..data/gateway.yaml', gateway.configFile);

    symlinkSync('..2', join(directory, '..data_tmp'));
    renameSync(join(directory, '..data_tmp'), join(directory, '..data'));

    await eventually(() => said('configuration applied').length > 0);
    expect(await answered('/added')).to.equal(200);
  });

  it('that is wrong is refused with line and reason; the version before serves on, and the next good one is taken', async () => {
    const line = text.split('\n').findIndex((one) => one.includes('timeout: 60s')) + 1;
    writeFileSync(gateway.configFile, withRoute(text).replace('timeout: 60s', 'timeout: soon'));
    await refused();

    const [told] = said('configuration refused: the one before serves on');
    expect(told?.reason).to.match(new RegExp(`gateway\\.yaml:${line} .*timeout must be a duration such as`));
    expect(await answered('/added')).to.equal(404);
    expect((await ask()).status).to.equal(200);
    const metrics = await metricsOf();
    expect(metrics).to.match(/config_reloads_total\{result="refused".*\} 1\n/);
    expect(metrics).to.match(/config_last_reload_successful\{.*\} 0\n/);

    writeFileSync(gateway.configFile, withRoute(text));
    await applied();
    expect(await answered('/added')).to.equal(200);
    expect(await metricsOf()).to.match(/config_last_reload_successful\{.*\} 1\n/);
  });

  it('that removes the file is refused', async () => {
    rmSync(gateway.configFile);
    await refused();

    expect((await ask()).status).to.equal(200);
  });

  it('that moves the admin port is refused', async () => {
    writeFileSync(gateway.configFile, text.replace(/port: \$\{ADMIN_PORT.*/, 'port: 1'));
    await refused();

    expect(said('configuration refused: the one before serves on')[0]?.reason).to.match(/admin can be moved/);
  });

  it('keeps connections and verified keys of what it does not touch', async () => {
    await ask();
    const before = [gateway.expense.accepted(), gateway.published.fetches];

    writeFileSync(gateway.configFile, withRoute(text));
    await applied();

    expect((await ask()).status).to.equal(200);
    expect([gateway.expense.accepted(), gateway.published.fetches]).to.deep.equal(before);
  });

  it('does not give anybody a fresh share of a limit that stays', async () => {
    const limited = await startTestGateway({ env: { SIGN_IN_LIMIT: '1' } });
    const login = async () => (await fetch(`${limited.url}/api/v1/auth/login`, { method: 'POST' })).status;
    expect([await login(), await login()]).to.deep.equal([200, 429]);

    writeFileSync(limited.configFile, withRoute(readFileSync(limited.configFile, 'utf8')));
    await eventually(() => limited.log().some(({ msg }) => msg === 'configuration applied'));

    expect(await login()).to.equal(429);
    await limited.close();
  });

  it('lets requests under way finish as they began, then closes what nobody needs', async () => {
    let finish: () => void = () => undefined;
    gateway.expense.answer((_request, response) => {
      response.write('one ');
      finish = () => response.end('two');
    });
    const fields = ['Host: a', `Authorization: ${gateway.bearer}`];
    const client = new RawClient(gateway.port).send(`GET /api/v1/ledgers HTTP/1.1\r\n${fields.join('\r\n')}\r\n\r\n`);
    await client.until((received) => received.includes('one '));

    writeFileSync(
      gateway.configFile,
      text.replace(/endpoints: \['\$\{EXPENSE_URL.*/, `endpoints: ['${gateway.auth.url}']`),
    );
    await applied();

    // New requests go where the new version says …
    expect(await (await ask()).text()).to.equal('ok');
    expect(gateway.auth.arrived.at(-1)?.url).to.equal('/api/v1/ledgers');
    // … the old one is answered by whom it asked.
    finish();
    await client.until((received) => received.includes('two'));
    await eventually(() => gateway.expense.sockets.size === 0);
    client.socket.destroy();
  });

  it('opens and closes listeners; one that cannot be opened refuses the whole', async () => {
    const other = (port: number) => text.replace('clusters:\n', () => `${listenerAt(port)}clusters:\n`);
    const free = await freePort();
    writeFileSync(gateway.configFile, other(free));
    await applied();
    expect((await fetch(`http://127.0.0.1:${free}/x`)).status).to.equal(200);

    writeFileSync(gateway.configFile, withRoute(other(gateway.adminPort)));
    await refused();
    expect(await answered('/added')).to.equal(404);
    expect((await fetch(`http://127.0.0.1:${free}/x`)).status).to.equal(200);

    writeFileSync(gateway.configFile, text);
    await applied(2);
    const isOpen = await fetch(`http://127.0.0.1:${free}/x`, { headers: { connection: 'close' } }).then(
      () => true,
      () => false,
    );
    expect(isOpen).to.equal(false);
  });
});

const listenerAt = (port: number) => `  - name: other
    address: 127.0.0.1
    port: ${port}
    virtual_hosts:
      - name: other
        domains: ['*']
        routes:
          - match: { prefix: / }
            route: { cluster: expense }
            requires: none

`;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
