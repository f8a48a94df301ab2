import { z } from 'zod';
import { CalendarDate, Id, Instant, Paging, pageOf, text } from './common.ts';
import { Amount, amountMax, Currency } from './money.ts';

export const kinds = ['expense', 'income', 'refund', 'transfer'] as const;
/** What an entry does to the figures: a refund lowers its category's spending, a transfer counts nowhere. */
export const Kind = z
  .enum(kinds)
  .meta({ description: 'A refund lowers its category’s spending; a transfer counts in no figure' });
export type Kind = z.infer<typeof Kind>;

const fields = {
  date: CalendarDate,
  amount: Amount,
  currency: Currency,
  kind: Kind,
  category: Id.nullable().meta({ description: 'Id of a category of this ledger, or null' }),
  payee: text(200).meta({ examples: ['Corner shop'] }),
  note: text(2_000),
  tags: z
    .array(text(40).min(1))
    .max(20)
    .meta({ examples: [['holiday']] }),
};

export const NewExpense = z
  .strictObject({
    ...fields,
    kind: fields.kind.default('expense'),
    category: fields.category.default(null),
    payee: fields.payee.default(''),
    note: fields.note.default(''),
    tags: fields.tags.default([]),
  })
  .meta({ id: 'NewExpense' });
export type NewExpense = z.infer<typeof NewExpense>;

/** Only what is named changes (RFC 7396 in spirit: null clears the category). */
export const ExpensePatch = z
  .strictObject(fields)
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'must change at least one field')
  .meta({ id: 'ExpensePatch' });
export type ExpensePatch = z.infer<typeof ExpensePatch>;

export const Expense = z
  .object({
    id: Id,
    ...fields,
    importId: Id.nullable().meta({ description: 'The import that brought it, or null' }),
    version: z.int().meta({ description: 'Counts up with each change; the ETag is made of it' }),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({ id: 'Expense' });
export type Expense = z.infer<typeof Expense>;
export const ExpensePage = pageOf(Expense).meta({ id: 'ExpensePage' });

const expenseSorts = ['-date', 'date', '-amount', 'amount'] as const;
const queryAmount = z.coerce.number().int().min(0).max(amountMax).optional();
export const ExpenseQuery = z.strictObject({
  from: CalendarDate.optional().meta({ description: 'First day, included' }),
  to: CalendarDate.optional().meta({ description: 'Last day, included' }),
  category: z
    .union([Id, z.literal('none')])
    .optional()
    .meta({ description: 'Category id (its children included), or `none` for those without one' }),
  tag: text(40).min(1).optional(),
  payee: text(200).min(1).optional().meta({ description: 'Exact payee, case aside' }),
  kind: Kind.optional(),
  currency: Currency.optional(),
  min: queryAmount.meta({ description: 'Smallest amount, minor units' }),
  max: queryAmount.meta({ description: 'Largest amount, minor units' }),
  q: text(200)
    .min(1)
    .optional()
    .meta({ description: 'Beginnings of words in payee or note, all of them; case and accents aside' }),
  sort: z.enum(expenseSorts).default('-date'),
  ...Paging,
});
export type ExpenseQuery = z.infer<typeof ExpenseQuery>;

export const PayeeQuery = z.strictObject({
  q: text(200).min(1).optional().meta({ description: 'Beginnings of words of the payee' }),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
export type PayeeQuery = z.infer<typeof PayeeQuery>;
/** Payees of the latest expenses, most used first: what a form suggests. */
export const PayeeList = z
  .object({
    items: z.array(
      z.object({
        payee: z.string(),
        category: Id.nullable().meta({ description: 'Category of its latest expense' }),
        count: z.int().meta({ description: 'Uses among the latest expenses' }),
      }),
    ),
  })
  .meta({ id: 'PayeeList' });
export type PayeeList = z.infer<typeof PayeeList>;
