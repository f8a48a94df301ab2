import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { csv, type ImportApi, type Importer, openImportApi } from './import-test-api.ts';

const megabyte = 1024 * 1024;
const file = csv('2026-11-23,-12.50,Corner shop,');

describe('an upload', () => {
  let service: ImportApi;
  let person: Importer;
  before(async () => {
    service = await openImportApi();
  });
  beforeEach(() => {
    person = service.person();
  });
  after(() => service.stop());

  const stored = async () => {
    const { connection } = service.database;
    const count = (name: string) => connection.collection(name).countDocuments();
    return {
      imports: await count('imports'),
      chunks: await count('import_chunks'),
      pieces: await count('import_uploads'),
    };
  };
  const form = (...parts: [name: string, value: string | Blob, fileName?: string][]) => {
    const data = new FormData();
    for (const [name, value, fileName] of parts)
      typeof value === 'string' ? data.append(name, value) : data.append(name, value, fileName);
    return data;
  };
  const blob = new Blob([file], { type: 'text/csv' });

  for (const type of ['application/octet-stream', 'text/csv', 'application/x-www-form-urlencoded', 'application/json'])
    it(`is taken as the body, called ${type}: the content says what it is`, async () => {
      const answer = await person.ledger.post('/imports', file, { 'content-type': type });
      expect([answer.status, answer.body.format, answer.body.fileName]).to.deep.equal([201, 'csv', null]);
    });

  it('is taken as a form, with its name and the fields before it', async () => {
    const data = form(['currency', 'CHF'], ['file', blob, 'november.csv']);
    const { status, body } = await person.ledger.post('/imports', data);
    expect([status, body.fileName, body.rows[0].expense.currency]).to.deep.equal([201, 'november.csv', 'CHF']);
  });

  for (const [what, data, status, told] of [
    ['without a file', form(['currency', 'CHF']), 422, { detail: 'the form must hold a file' }],
    [
      'with two files',
      form(['file', blob, 'a.csv'], ['other', blob, 'b.csv']),
      422,
      { detail: 'the form must hold one file only' },
    ],
    [
      'with a field behind the file',
      form(['file', blob, 'a.csv'], ['currency', 'CHF']),
      422,
      { parameter: 'currency', detail: 'must stand before the file in the form' },
    ],
    [
      'with an unknown field',
      form(['colour', 'red'], ['file', blob, 'a.csv']),
      422,
      { parameter: 'colour', detail: 'is not known here' },
    ],
    [
      'with a wrong currency',
      form(['currency', 'euro'], ['file', blob, 'a.csv']),
      422,
      { parameter: 'currency', detail: 'must be an ISO 4217 code of three capital letters' },
    ],
    [
      'with a field too long',
      form(['mapping', 'x'.repeat(3_000)], ['file', blob, 'a.csv']),
      422,
      { parameter: 'mapping', detail: 'is too long' },
    ],
  ] as const)
    it(`as a form ${what} is refused, and the field named`, async () => {
      const before = await stored();
      const answer = await person.ledger.post('/imports', data);
      expect(answer.status).to.equal(status);
      expect(answer.body.errors[0]).to.deep.equal(told);
      expect(await stored()).to.deep.equal(before);
    });

  it('as a form that ends too early, or names no boundary, is refused', async () => {
    const type = 'multipart/form-data; boundary=x';
    const begun = `--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${file}`;
    for (const [body, contentType] of [
      [begun, type],
      ['', type],
      [begun, 'multipart/form-data'],
    ] as const) {
      const answer = await person.ledger.post('/imports', body, { 'content-type': contentType });
      expect(answer.body, contentType).to.include({ status: 400, type: '/problems/malformed-body' });
    }
  });

  it('that is compressed is refused', async () => {
    const answer = await person.ledger.post('/imports', file, {
      'content-encoding': 'gzip',
      'content-type': 'text/csv',
    });
    expect(answer.status).to.equal(415);
  });

  it('names what is wrong in the query', async () => {
    const answer = await person.upload(file, { currency: 'XXQ', colour: 'red' });
    expect(answer.status).to.equal(422);
    expect(answer.body.errors.map(({ parameter }: { parameter: string }) => parameter)).to.have.members([
      'currency',
      'colour',
    ]);
  });

  it('whose rest cannot be read is answered all the same, though its sender has not ended', async () => {
    const good = '2026-11-23,-12.50,Corner shop,with a note\n'.repeat(2_000);
    async function* openQuote() {
      yield Buffer.from(`${csv()}${good}2026-11-24,-1.00,"an open quote,\n`);
      for (let block = 0; block < 40; block++) yield Buffer.from('2026-11-24,-1.00,Shop,\n'.repeat(2_500));
    }
    const { status, body } = await person.ledger.post('/imports', openQuote(), { 'content-type': 'text/csv' });
    expect(status).to.equal(201);
    expect(body.counts).to.include({ new: 2_000, invalid: 1 });
    const { rows } = (await person.read(body.id, '?fromRow=2000')).body;
    expect(rows[0].reason).to.contain('The rest could not be read');
  });

  describe('of more than 20 MiB', () => {
    async function* endless(bytes: number) {
      yield Buffer.from('Date,Amount,Payee,Note\n');
      const rows = Buffer.from(`2026-11-23,-12.50,Corner shop,${'long '.repeat(390)}\n`.repeat(32)); // 64 kB
      for (let sent = 0; sent < bytes; sent += rows.length) yield rows;
    }

    it('is refused, and its sender gets to read why, also where the length is not said beforehand', async () => {
      const before = await stored();
      for (const body of [new Uint8Array(21 * megabyte).fill(0x20), endless(21 * megabyte)]) {
        const answer = await person.ledger.post('/imports', body, { 'content-type': 'text/csv' });
        expect(answer.body).to.include({ status: 413, type: '/problems/body-too-large' });
        expect(answer.body.detail).to.equal(`At most ${20 * megabyte} bytes are taken here.`);
      }
      expect(await stored()).to.deep.equal(before);
    }).timeout(60_000);

    it('as a form likewise', async () => {
      const data = form(['file', new Blob([new Uint8Array(21 * megabyte).fill(0x20)]), 'a.csv']);
      const answer = await person.ledger.post('/imports', data);
      expect(answer.body).to.include({ status: 413, type: '/problems/body-too-large' });
    }).timeout(60_000);
  });

  describe('whose sender goes away', () => {
    /** Sends a request by hand and cuts the connection once the service has stored a first piece. */
    const begin = async (head: string[], body: string): Promise<Socket> => {
      const { headers } = await person.api.get('/api/v1/ledgers/default'); // makes the ledger
      expect(headers).to.not.equal(undefined);
      const socket = connect(service.server.port, '127.0.0.1');
      await once(socket, 'connect');
      const tokens = {
        'x-outlay-workload-token': service.identity.workloadToken('gateway', 'expense'),
        authorization: `Bearer ${service.identity.userToken(person.id)}`,
      };
      const lines = [
        'POST /api/v1/ledgers/default/imports HTTP/1.1',
        'host: expense',
        ...Object.entries(tokens).map(([name, value]) => `${name}: ${value}`),
        ...head,
      ];
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
      return socket;
    };
    const rows = csv(
      ...Array.from({ length: 3_000 }, (_, index) => `2026-11-23,-${index + 1},Shop,${'long '.repeat(40)}`),
    );
    const boundary = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.csv"\r\n\r\n';

    for (const [how, head, body] of [
      ['as the body', ['content-type: text/csv', 'content-length: 9999999'], rows],
      ['as a form', ['content-type: multipart/form-data; boundary=x', 'content-length: 9999999'], boundary + rows],
    ] as const)
      it(`${how} leaves nothing behind, and the service goes on`, async () => {
        const before = await stored();
        const socket = await begin([...head], body);
        await until(async () => (await stored()).pieces > before.pieces);
        socket.destroy();
        await until(async () => (await stored()).pieces === before.pieces);
        expect(await stored()).to.deep.equal(before);
        await until(() => service.lines.some((line) => JSON.parse(line).status === 400));
        expect((await person.upload(file)).status).to.equal(201);
        expect(service.lines.filter((line) => JSON.parse(line).level === 'error')).to.deep.equal([]);
      });
  });

  it('puts nothing of the file, its name or the payees into the log', async () => {
    await person.upload(csv('2026-11-23,-12.50,Dr. Secret,for a secret'), { fileName: 'secret.csv' });
    await person.upload('%PDF secret');
    expect(service.lines.length).to.be.above(0);
    expect(service.lines.join('\n').toLowerCase()).to.not.contain('secret');
  });
});

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 8_000; !(await condition()); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > end) throw new Error(`never came true: ${condition}`);
}
