import { z } from 'zod';
import { CalendarDate, Id, text } from './common.ts';
import { Currency } from './money.ts';

/** A transfer counts in no figure, so none can be asked of them. */
export const figureKinds = ['expense', 'income', 'refund'] as const;

/** What every figure can be asked by. */
export const figureFilters = {
  currency: Currency.optional().meta({ description: 'Default: the ledger’s' }),
  category: z
    .union([Id, z.literal('none')])
    .optional()
    .meta({ description: 'Only entries of this category and those under it; `none`: without one' }),
  tag: text(40).min(1).optional().meta({ description: 'Only entries with this tag' }),
  payee: text(200).min(1).optional().meta({ description: 'Only entries of this payee, case aside' }),
  kind: z.enum(figureKinds).optional().meta({ description: 'Only entries of this kind' }),
  asOf: CalendarDate.optional().meta({
    description: 'The figure as of this day: it stands for today, and entries dated after it are left out',
  }),
};

/** Of the figures that can be told in one currency though the entries are in several. */
export const convertQuery = Currency.optional().meta({
  description:
    'Converts entries of other currencies into this one, each by the rate of its day: the ledger’s own, else the European Central Bank’s. Instead of `currency`',
});
