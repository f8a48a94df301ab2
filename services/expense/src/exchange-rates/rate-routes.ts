import { Id } from '@outlay/contracts/common.ts';
import { ExchangeRate, ExchangeRateList, NewExchangeRate } from '@outlay/contracts/exchange-rate.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { isDuplicateKey } from '@outlay/service-kit/mongo.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { InLedger } from '../ledger-transactions.ts';
import type { Ledgers } from '../ledgers/open-ledger.ts';
import { LedgerNotFound } from '../problems.ts';
import { RateNotFound, RateTaken, TooManyRates } from './problems.ts';
import type { RateStore } from './rate-store.ts';

/** They travel with every figure that is converted. */
export const ratesMax = 500;

const tag = 'Exchange rates';
const params = z.strictObject({ ledger: LedgerRef });

export interface RateRoutesParts {
  ledgers: Ledgers;
  exchangeRates: RateStore;
  inLedger: InLedger;
}

export function rateRoutes({ ledgers, exchangeRates, inLedger }: RateRoutesParts): Route[] {
  const listRates = route({
    method: 'get',
    path: '/api/v1/ledgers/{ledger}/exchange-rates',
    summary: 'A ledger’s own exchange rates',
    tag,
    params,
    success: { 200: ExchangeRateList },
    problems: [LedgerNotFound],
    handle: async ({ user, params }) =>
      reply(200, { items: await exchangeRates.list(await ledgers.open(user, params.ledger)) }),
  });

  const createRate = route({
    method: 'post',
    path: '/api/v1/ledgers/{ledger}/exchange-rates',
    summary: 'Set an exchange rate by hand',
    description:
      'It goes before the European Central Bank’s for figures with `convert`, from its first day until its last one or until a later one of the same pair begins.',
    tag,
    params,
    body: NewExchangeRate,
    success: { 201: ExchangeRate },
    problems: [LedgerNotFound, RateTaken, TooManyRates],
    async handle({ user, params, body }) {
      const ledger = await ledgers.open(user, params.ledger);
      try {
        const rate = await inLedger(ledger, async (session) => {
          if ((await exchangeRates.list(ledger, session)).length >= ratesMax) throw new TooManyRates(ratesMax);
          return exchangeRates.insert(session, ledger, body);
        });
        return reply(201, rate);
      } catch (error) {
        if (isDuplicateKey(error)) throw new RateTaken({ cause: error });
        throw error;
      }
    },
  });

  const deleteRate = route({
    method: 'delete',
    path: '/api/v1/ledgers/{ledger}/exchange-rates/{id}',
    summary: 'Delete an exchange rate of the ledger’s own',
    tag,
    params: params.extend({ id: Id }),
    success: { 204: null },
    problems: [LedgerNotFound, RateNotFound],
    async handle({ user, params }) {
      if (!(await exchangeRates.remove(await ledgers.open(user, params.ledger), params.id))) throw new RateNotFound();
      return reply(204);
    },
  });

  return [listRates, createRate, deleteRate];
}
