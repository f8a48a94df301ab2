import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import type { ImportSummary } from '@outlay/contracts/import.ts';
import { expect } from 'chai';
import { createLedgerTransactions, type InLedger } from '../ledger-transactions.ts';
import { csv, type ImportApi, type Importer, openImportApi } from './import-test-api.ts';

interface Event {
  id: string;
  event: string;
  data: ImportSummary;
}

/** Opens the stream at one replica; not by fetch, which cannot be cut off in the middle. */
async function follow(service: ImportApi, person: Importer, id: string, headers: Record<string, string> = {}) {
  const asked: ClientRequest = request(`${service.server.baseUrl}/api/v1/ledgers/default/imports/${id}/events`, {
    headers: {
      'x-outlay-workload-token': service.identity.workloadToken('gateway', 'expense'),
      authorization: `Bearer ${service.identity.userToken(person.id)}`,
      ...headers,
    },
  });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  async function* events(): AsyncGenerator<Event> {
    let fields: Record<string, string> = {};
    for await (const line of createInterface({ input: answer })) {
      const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? [];
      if (name) fields[name] = value ?? '';
      else if (line === '') {
        if (fields.data) yield { id: fields.id ?? '', event: fields.event ?? '', data: JSON.parse(fields.data) };
        fields = {};
      }
    }
  }
  return { answer, events: events(), leave: () => asked.destroy() };
}

async function allOf(events: AsyncIterable<Event>): Promise<Event[]> {
  const all: Event[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const rows = (count: number) =>
  csv(...Array.from({ length: count }, (_, row) => `2026-0${(row % 9) + 1}-15,-${row + 1}.25,Shop ${row % 50},`));

describe('GET imports/{id}/events', () => {
  let service: ImportApi;
  let replica: ImportApi;
  /** Holds the service's transactions back while set. */
  let gate: Promise<void> | undefined;
  before(async () => {
    let real: InLedger;
    const inLedger: InLedger = async (ledger, work) => {
      await gate;
      return real(ledger, work);
    };
    service = await openImportApi({ inLedger });
    real = createLedgerTransactions(service.database.connection);
    replica = await openImportApi({ database: service.database, identity: service.identity, inLedger });
  });
  after(async () => {
    await replica.stop();
    await service.stop();
  });

  it('tells each step of the reading and ends with the preview, to all replicas’ clients', async () => {
    const person = service.person();
    const { id } = (await person.upload(rows(6_000), {}, { prefer: 'respond-async' })).body;
    const streams = await Promise.all([follow(service, person, id), follow(replica, person, id)]);
    for (const { answer, events } of streams) {
      expect(answer.headers['content-type']).to.equal('text/event-stream');
      expect(answer.headers['cache-control']).to.equal('no-store');
      const all = await allOf(events);
      const last = all.pop()!;
      expect(all.length).to.be.above(0);
      for (const { event, data } of all) {
        expect(event).to.equal('progress');
        expect(data.status).to.be.oneOf(['received', 'reading']);
      }
      expect(last.event).to.equal('settled');
      expect(last.data).to.deep.include({ status: 'preview', progress: null });
      expect(last.data.counts).to.include({ total: 6_000, new: 6_000 });
      const ids = [...all, last].map((event) => Number(event.id));
      expect(ids).to.deep.equal(ids.toSorted((a, b) => a - b));
    }
  }).timeout(30_000);

  it('tells how much of a commit is written, how much is left and when it will be done', async () => {
    const person = service.person();
    const { id } = (await person.upload(rows(3_000))).body;
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    await person.commit(id, {}, { prefer: 'respond-async' });
    const { events } = await follow(service, person, id);
    gate = undefined;
    held.resolve();
    const all = await allOf(events);
    const written = all.map(({ data }) => data.counts.imported);
    expect(written.at(-1)).to.equal(3_000);
    expect(written).to.deep.equal(written.toSorted((a, b) => a - b));
    const middle = all.find(({ data }) => data.counts.imported > 0 && data.counts.imported < 3_000)?.data;
    expect(middle?.progress?.share).to.be.closeTo((middle?.counts.imported ?? 0) / 3_000, 0.001);
    expect(Date.parse(middle?.progress?.estimatedEnd ?? '')).to.be.above(Date.parse(middle?.progress?.startedAt ?? ''));
  }).timeout(30_000);

  it('sends a client that comes again only what it has not seen, and 204 where that was the end', async () => {
    const person = service.person();
    const { id } = (await person.upload(rows(3))).body;
    const [settled] = await allOf((await follow(service, person, id)).events);
    expect(settled?.event).to.equal('settled');
    const again = await follow(service, person, id, { 'last-event-id': settled?.id ?? '' });
    expect(again.answer.statusCode).to.equal(204);
    again.answer.resume();
    const older = await allOf((await follow(service, person, id, { 'last-event-id': '0' })).events);
    expect(older).to.deep.equal([settled]);
  });

  it('outlives clients that leave in the middle', async () => {
    const person = service.person();
    const { id } = (await person.upload(rows(3_000))).body;
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    await person.commit(id, {}, { prefer: 'respond-async' });
    for (let client = 0; client < 5; client++) {
      const { events, answer, leave } = await follow(service, person, id);
      expect((await events.next()).value?.event).to.equal('progress');
      answer.on('error', () => undefined);
      leave();
    }
    gate = undefined;
    held.resolve();
    expect((await person.settled(id)).status).to.equal('committed');
    expect(service.lines.filter((line) => JSON.parse(line).level === 'error')).to.deep.equal([]);
  }).timeout(30_000);

  it('is refused to who follows with twenty clients already, and to nobody else', async () => {
    const [greedy, other] = [service.person(), service.person()];
    const [{ id }, { id: others }] = [(await greedy.upload(rows(3_000))).body, (await other.upload(rows(3_000))).body];
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    await greedy.commit(id, {}, { prefer: 'respond-async' });
    await other.commit(others, {}, { prefer: 'respond-async' });
    const streams = await Promise.all(Array.from({ length: 20 }, () => follow(service, greedy, id)));
    for (const { answer } of streams) expect(answer.statusCode).to.equal(200);

    const { answer: refused } = await follow(service, greedy, id);

    expect([refused.statusCode, refused.headers['retry-after']]).to.deep.equal([503, '5']);
    refused.resume();
    streams.push(await follow(service, other, others));
    expect(streams.at(-1)!.answer.statusCode).to.equal(200);
    gate = undefined;
    held.resolve();
    await Promise.all(streams.map(({ events }) => allOf(events)));
    const again = await follow(service, greedy, id);
    expect(again.answer.statusCode).to.equal(200);
    await allOf(again.events);
  }).timeout(30_000);

  it('ends when the service is about to end, which hands the work on to another', async () => {
    const leaving = await openImportApi({ database: service.database, identity: service.identity });
    const person = service.person();
    const { id } = (await person.upload(rows(3_000))).body;
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    await person.commit(id, {}, { prefer: 'respond-async' });
    const { events } = await follow(leaving, person, id);
    await events.next();
    const stopped = leaving.stop();
    await allOf(events);
    await Promise.race([stopped, setTimeout(5_000).then(() => expect.fail('the stream holds up the stop'))]);
    gate = undefined;
    held.resolve();
    expect((await person.settled(id)).counts.imported).to.equal(3_000);
  }).timeout(30_000);

  it('tells nobody else', async () => {
    const { id } = (await service.person().upload(rows(1))).body;
    const { answer } = await follow(service, service.person(), id);
    expect(answer.statusCode).to.equal(404);
    answer.resume();
  });
});
