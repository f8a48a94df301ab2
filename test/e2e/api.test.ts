import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@outlay/journey/client.ts';
import { runJourney } from '@outlay/journey/journey.ts';
import { expect } from 'chai';
import { type Outlay, startOutlay } from '../../scripts/start/outlay.ts';
import { repositoryRoot } from '../../scripts/start/settings.ts';
import { drawTrace, type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';

/** Everything as `npm start` runs it, gone about as a person or an attacker would: from outside. */
describe('the whole system', function () {
  this.timeout(120_000);
  let home: string;
  let receiver: OtlpReceiver;
  let outlay: Outlay;
  let client: Client;
  const workloadToken = async (caller: 'analytics' | 'expense', callee: string) =>
    (await readFile(join(outlay.issuer.tokenDir(caller), callee), 'utf8')).trim();

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'outlay-e2e-'));
    receiver = await startOtlpReceiver();
    const env = { ...process.env, OTEL_BSP_SCHEDULE_DELAY: '50' };
    const settings = { home, port: 0, mongodbUri: undefined, logLevel: 'info', otlpEndpoint: receiver.url };
    outlay = await startOutlay({ ...settings, env });
    client = await runJourney(outlay.url);
  });
  after(async () => {
    await outlay?.stop();
    await receiver?.stop();
    await rm(home, { recursive: true, force: true });
  });

  it('takes a person all the way from registering to where the money went', async () => {
    const steps: string[] = [];
    await runJourney(outlay.url, (step) => steps.push(step));
    expect(steps).to.deep.equal([
      'registered',
      'added an expense',
      'imported a statement',
      'listed and searched',
      'saw where the money went',
    ]);
  });

  it('tells the progress of an import through the gateway as it comes; its work is a span of the trace that asked for it', async () => {
    const traceId = 'c0ffee00c0ffee00c0ffee00c0ffee05';
    const rows = Array.from({ length: 8_000 }, (_, row) => `2025-01-01,-${row + 1}.00,Shop ${row}`);
    const { id } = await client.call<{ id: string }>('/api/v1/ledgers/default/imports', {
      raw: { type: 'text/csv', bytes: `Date,Amount,Payee\n${rows.join('\n')}\n` },
      headers: { prefer: 'respond-async', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      expect: 202,
    });
    const answer = await client.send(`/api/v1/ledgers/default/imports/${id}/events`);
    expect(answer.headers.get('content-type')).to.equal('text/event-stream');
    const pieces: string[] = [];
    for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) pieces.push(piece);
    const [first, last] = [pieces.findIndex((text) => text.includes('event: progress')), pieces.length - 1];
    expect(pieces[last]).to.include('event: settled').and.to.include('"total":8000');
    expect(first).to.be.within(0, last - 1);

    const spans = await receiver.waitForTrace(traceId, (known) => known.some(({ name }) => name === 'import read'));
    const work = spans.find(({ name }) => name === 'import read');
    expect(work).to.include({ service: 'expense', kind: 'internal' });
    expect(work?.attributes).to.include({ 'outlay.import': id });
    await client.call(`/api/v1/ledgers/default/imports/${id}`, { method: 'DELETE' });
  });

  it('makes one request one trace: gateway → analytics → expense → MongoDB', async () => {
    const traceId = 'c0ffee00c0ffee00c0ffee00c0ffee01';
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    await client.call('/api/v1/ledgers/default/analytics/summary?from=2026-03-01&to=2026-03-31', { headers });

    const spans = await receiver.waitForTrace(
      traceId,
      (known) =>
        ['gateway', 'analytics', 'expense'].every((name) =>
          known.some(({ service, kind }) => service === name && kind === 'server'),
        ) && known.some(({ attributes }) => attributes['db.system.name'] === 'mongodb'),
    );

    expect(drawTrace(spans)).to.match(
      /gateway: server GET \S+\n {2}gateway: client \S.*\n {4}analytics: server GET \S+\n {6}analytics: client GET\n {8}expense: server GET \S+\n {10}expense: client find \w+/,
    );
    const known = new Set(spans.map(({ spanId }) => spanId));
    const orphans = spans.filter(
      ({ parentSpanId }) => parentSpanId !== '00f067aa0ba902b7' && !known.has(parentSpanId ?? ''),
    );
    expect(orphans.map(({ name }) => name)).to.deep.equal([]);
  });

  it('answers an error with the trace that the logs know it by', async () => {
    const traceId = 'c0ffee00c0ffee00c0ffee00c0ffee02';
    const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    const answer = await client.send('/api/v1/ledgers/default/expenses', { body: { amount: 0 }, headers });
    expect(answer.status).to.equal(422);
    expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
    const problem = (await answer.json()) as { type: string; traceId: string; errors: { pointer: string }[] };
    expect(problem).to.deep.include({ type: '/problems/validation', traceId });
    expect(problem.errors.map(({ pointer }) => pointer)).to.include.members(['#/amount', '#/date', '#/currency']);
  });

  for (const [service, path] of [
    ['auth', '/api/v1/auth/me'],
    ['expense', '/api/v1/ledgers'],
    ['analytics', '/api/v1/ledgers/default/analytics/summary'],
  ] as const) {
    it(`${service} refuses a request that came around the gateway`, async () => {
      const straight = new Client(outlay.serviceUrls[service]);
      expect((await straight.send(path)).status).to.equal(401);
    });
  }

  for (const [caller, service, path] of [
    ['expense', 'auth', '/api/v1/auth/me'],
    ['analytics', 'expense', '/api/v1/ledgers'],
  ] as const) {
    it(`${service} refuses ${caller} where it may not call, whoever the user is`, async () => {
      const headers = { 'x-outlay-workload-token': await workloadToken(caller, service) };
      expect((await new Client(outlay.serviceUrls[service]).send(path, { headers })).status).to.equal(403);
    });
  }

  it('does not let a client through to the internal API or speak as a service', async () => {
    const headers = { 'x-outlay-workload-token': await workloadToken('analytics', 'expense') };
    const path = '/internal/v1/ledgers/default/figures?ranges=2026-03-01..2026-03-31';
    for (const attempt of [path, `/api/v1/ledgers/..%2f..%2f..${path}`, `//internal/v1/ledgers/default/figures`])
      expect((await client.send(attempt, { headers })).status, attempt).to.be.oneOf([400, 404]);
  });

  it('answers another user’s ledger as one that does not exist', async () => {
    const { items } = await client.call<{ items: { id: string }[] }>('/api/v1/ledgers');
    const stranger = new Client(outlay.url);
    await stranger.register();
    for (const path of ['expenses', 'categories', 'analytics/summary', 'imports'])
      expect((await stranger.send(`/api/v1/ledgers/${items[0]!.id}/${path}`)).status, path).to.equal(404);
  });

  it('refuses a session within a second of its logout', async () => {
    const session = await new Client(outlay.url).register();
    const headers = { authorization: `Bearer ${session.accessToken}` };
    const list = async () => (await client.send('/api/v1/ledgers', { headers })).status;
    expect(await list()).to.equal(200);

    await client.call('/api/v1/auth/logout', { body: { refreshToken: session.refreshToken } });

    const loggedOutAt = performance.now();
    while ((await list()) !== 401) expect(performance.now() - loggedOutAt).to.be.below(1_000);
    expect((await client.send('/api/v1/ledgers')).status).to.equal(200);
  });

  it('tells how much of a limit is left', async () => {
    const answer = await client.send('/api/v1/ledgers');
    expect(answer.headers.get('ratelimit-policy')).to.equal('"api";q=600;w=3');
    expect(answer.headers.get('ratelimit')).to.match(/^"api";r=\d+;t=\d$/);
  });

  it('describes itself: OpenAPI, a readable page of it, and the keys that tokens are verified by', async () => {
    const document = await client.call<{ openapi: string; paths: object }>('/api/openapi.json');
    expect(document.openapi).to.equal('3.1.1');
    expect(document.paths).to.include.keys('/api/v1/ledgers/{ledger}/imports');
    expect(await (await client.send('/api/docs')).text()).to.match(/<!doctype html>/i);
    const { keys } = await client.call<{ keys: { alg: string; d?: string }[] }>('/.well-known/jwks.json');
    expect(keys.map(({ alg, d }) => ({ alg, d }))).to.deep.equal([{ alg: 'ES256', d: undefined }]);
  });

  it('tells those who run it how it is, at every part', async () => {
    for (const [name, url] of Object.entries(outlay.adminUrls)) {
      for (const path of ['/healthz', '/readyz']) expect((await fetch(url + path)).status, name + path).to.equal(200);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics, name)
        .to.match(/http_request_duration_seconds_bucket\{/)
        .and.match(/nodejs_eventloop_lag/);
    }
  });

  for (const file of [
    'charts/outlay/files/alerts.yaml',
    'charts/outlay/dashboards/outlay.json',
    ...['operations', 'gateway', 'imports', 'figures', 'security'].map((page) => `docs/${page}.md`),
  ])
    it(`tells every metric that ${file} names`, async () => {
      const answers = Object.values(outlay.adminUrls).map(async (url) => (await fetch(`${url}/metrics`)).text());
      const told = [...(await Promise.all(answers)).join('\n').matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
      const text = await readFile(join(repositoryRoot, file), 'utf8');
      const named = text.match(/\b(?:auth|outlay|mongodb|nodejs|process|workload|http_request)_\w*[a-z]\b/g) ?? [];

      expect(named).to.not.be.empty;
      // What reviews say is told where there is an API server to ask.
      expect([...told, 'workload_token_reviews_total']).to.include.members(
        named.map((name) => name.replace(/_(bucket|count|sum)$/, '')),
      );
    });
});
