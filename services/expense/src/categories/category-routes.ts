import { Id } from '@outlay/contracts/common.ts';
import {
  Category,
  CategoryDeletion,
  CategoryList,
  CategoryPatch,
  LedgerRef,
  NewCategory,
} from '@outlay/contracts/ledger.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { Ledgers } from '../ledgers/open-ledger.ts';
import {
  CategoryHasChildren,
  CategoryInUse,
  CategoryNameTaken,
  CategoryNotFound,
  CategoryTooDeep,
  LedgerNotFound,
  TooManyCategories,
} from '../problems.ts';
import type { ManageCategories } from './manage-categories.ts';

const tag = 'Categories';
const params = z.strictObject({ ledger: LedgerRef });
const oneParams = z.strictObject({ ledger: LedgerRef, id: Id });

export function categoryRoutes({ ledgers, categories }: { ledgers: Ledgers; categories: ManageCategories }): Route[] {
  const listCategories = route({
    method: 'get',
    path: '/api/v1/ledgers/{ledger}/categories',
    summary: 'All categories of a ledger, parents first',
    tag,
    params,
    success: { 200: CategoryList },
    problems: [LedgerNotFound],
    handle: async ({ user, params }) =>
      reply(200, { items: await categories.list(await ledgers.open(user, params.ledger)) }),
  });

  const createCategory = route({
    method: 'post',
    path: '/api/v1/ledgers/{ledger}/categories',
    summary: 'Make a category',
    tag,
    params,
    body: NewCategory,
    success: { 201: Category },
    problems: [LedgerNotFound, CategoryNameTaken, CategoryTooDeep, TooManyCategories],
    async handle({ user, params, body }) {
      const ledger = await ledgers.open(user, params.ledger);
      const category = await categories.create(ledger, body);
      return reply(201, category, { location: `/api/v1/ledgers/${ledger}/categories/${category.id}` });
    },
  });

  const changeCategory = route({
    method: 'patch',
    path: '/api/v1/ledgers/{ledger}/categories/{id}',
    summary: 'Change a category’s name, place, colour or icon',
    tag,
    params: oneParams,
    body: CategoryPatch,
    success: { 200: Category },
    problems: [LedgerNotFound, CategoryNotFound, CategoryNameTaken, CategoryTooDeep],
    handle: async ({ user, params, body }) =>
      reply(200, await categories.change(await ledgers.open(user, params.ledger), params.id, body)),
  });

  const deleteCategory = route({
    method: 'delete',
    path: '/api/v1/ledgers/{ledger}/categories/{id}',
    summary: 'Delete a category and say where its expenses go',
    description:
      'Where very many expenses have to move, the answer may be 503 with some of them moved: ask again and it goes on.',
    tag,
    params: oneParams,
    query: CategoryDeletion,
    success: { 204: null },
    problems: [LedgerNotFound, CategoryNotFound, CategoryHasChildren, CategoryInUse],
    async handle({ user, params, query }) {
      const ledger = await ledgers.open(user, params.ledger);
      await categories.remove(ledger, params.id, query.moveTo === 'none' ? null : query.moveTo);
      return reply(204);
    },
  });

  return [listCategories, createCategory, changeCategory, deleteCategory];
}
