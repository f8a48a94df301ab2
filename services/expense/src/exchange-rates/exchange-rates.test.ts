import { expect } from 'chai';
import { startTestExpense, type TestExpense } from '../../test/start-test-expense.ts';
import { ratesMax } from './rate-routes.ts';

const pesos = { currency: 'ARS', in: 'EUR', rate: '0.00061', from: '2026-11-01' };

describe('exchange rates by hand', () => {
  let expense: TestExpense;
  before(async () => {
    expense = await startTestExpense();
  });
  after(() => expense.stop());

  it('are set, listed by pair and day, and deleted', async () => {
    const { ledger } = expense.person();
    const later = await ledger.post('/exchange-rates', { ...pesos, from: '2026-11-10', to: '2026-11-12' });
    const first = await ledger.post('/exchange-rates', pesos);
    expect([first.status, first.body]).to.deep.equal([201, { ...pesos, id: first.body.id, to: null }]);
    expect((await ledger.get('/exchange-rates')).body.items).to.deep.equal([first.body, later.body]);
    expect((await ledger.delete(`/exchange-rates/${first.body.id}`)).status).to.equal(204);
    expect((await ledger.get('/exchange-rates')).body.items).to.deep.equal([later.body]);
    const again = await ledger.delete(`/exchange-rates/${first.body.id}`);
    expect([again.status, again.body.type]).to.deep.equal([404, '/problems/exchange-rate-not-found']);
  });

  it('are one for a pair and its first day', async () => {
    const { ledger } = expense.person();
    await ledger.post('/exchange-rates', pesos);
    const { status, body } = await ledger.post('/exchange-rates', { ...pesos, rate: '1' });
    expect([status, body.type]).to.deep.equal([409, '/problems/exchange-rate-taken']);
  });

  for (const [change, pointer] of [
    [{ rate: '0' }, '#/rate'],
    [{ rate: '0.00' }, '#/rate'],
    [{ rate: '-1' }, '#/rate'],
    [{ rate: '1e3' }, '#/rate'],
    [{ rate: 1.5 }, '#/rate'],
    [{ in: 'ARS' }, '#/in'],
    [{ currency: 'XXQ' }, '#/currency'],
    [{ to: '2026-10-31' }, '#/to'],
    [{ from: 'now' }, '#/from'],
  ] as const)
    it(`are refused with ${JSON.stringify(change)}, pointing at ${pointer}`, async () => {
      const { status, body } = await expense.person().ledger.post('/exchange-rates', { ...pesos, ...change });
      expect([status, body.errors[0].pointer]).to.deep.equal([422, pointer]);
    });

  it('are nobody else’s', async () => {
    const anna = expense.person();
    const { id } = (await anna.ledger.post('/exchange-rates', pesos)).body;
    const other = expense.person();
    expect((await other.ledger.delete(`/exchange-rates/${id}`)).status).to.equal(404);
    const { id: ledger } = (await anna.ledger.get('')).body;
    expect((await other.api.get(`/api/v1/ledgers/${ledger}/exchange-rates`)).status).to.equal(404);
    expect((await anna.ledger.get('/exchange-rates')).body.items).to.have.length(1);
  });

  it('are so many at most', async () => {
    const { ledger } = expense.person();
    const { id } = (await ledger.get('')).body;
    const rates = expense.parts.exchangeRates;
    await expense.parts.inLedger(id, async (session) => {
      for (let day = 0; day < ratesMax; day++) {
        const from = new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10);
        await rates.insert(session, id, { ...pesos, to: null, from });
      }
    });
    const { status, body } = await ledger.post('/exchange-rates', pesos);
    expect([status, body.type]).to.deep.equal([409, '/problems/too-many-exchange-rates']);
  });

  it('travel with the figures of every currency', async () => {
    const person = expense.person();
    const { body: rate } = await person.ledger.post('/exchange-rates', pesos);
    const ranges = '2026-11-01..2026-11-30';
    const { id: _, ...told } = rate;
    expect((await person.figures({ ranges, currencies: 'each' })).body.rates).to.deep.equal([told]);
    expect((await person.figures({ ranges })).body).to.not.have.property('rates');
  });
});
