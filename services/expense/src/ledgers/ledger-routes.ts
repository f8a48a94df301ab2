import { Ledger, LedgerList, LedgerPatch, LedgerRef, NewLedger } from '@outlay/contracts/ledger.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import { LedgerNotFound, TooManyLedgers } from '../problems.ts';
import type { LedgerStore } from './ledger-store.ts';
import type { Ledgers } from './open-ledger.ts';

const tag = 'Ledgers';
const params = z.strictObject({ ledger: LedgerRef });

export function ledgerRoutes({ ledgers, ledgerStore }: { ledgers: Ledgers; ledgerStore: LedgerStore }): Route[] {
  const listLedgers = route({
    method: 'get',
    path: '/api/v1/ledgers',
    summary: 'Your ledgers, the first one first',
    tag,
    success: { 200: LedgerList },
    async handle({ user }) {
      await ledgers.open(user, 'default');
      return reply(200, { items: await ledgerStore.list(user.id) });
    },
  });

  const createLedger = route({
    method: 'post',
    path: '/api/v1/ledgers',
    summary: 'Make another ledger, with a set of categories to start with',
    tag,
    body: NewLedger,
    success: { 201: Ledger },
    problems: [TooManyLedgers],
    async handle({ user, body }) {
      await ledgers.open(user, 'default');
      const ledger = await ledgers.create(user, body);
      return reply(201, ledger, { location: `/api/v1/ledgers/${ledger.id}` });
    },
  });

  const readLedger = route({
    method: 'get',
    path: '/api/v1/ledgers/{ledger}',
    summary: 'A ledger',
    tag,
    params,
    success: { 200: Ledger },
    problems: [LedgerNotFound],
    handle: async ({ user, params }) => reply(200, await ledgerStore.find(await ledgers.open(user, params.ledger))),
  });

  const changeLedger = route({
    method: 'patch',
    path: '/api/v1/ledgers/{ledger}',
    summary: 'Change a ledger’s name, currency or time zone',
    tag,
    params,
    body: LedgerPatch,
    success: { 200: Ledger },
    problems: [LedgerNotFound],
    handle: async ({ user, params, body }) =>
      reply(200, await ledgerStore.update(await ledgers.open(user, params.ledger), body)),
  });

  return [listLedgers, createLedger, readLedger, changeLedger];
}
