import { z } from 'zod';
import { PeriodQuery, period } from './analytics.ts';
import { Id, text } from './common.ts';
import { convertQuery, figureFilters } from './figure-filters.ts';

const dimensions = ['category', 'payee', 'tag', 'day', 'week', 'month', 'year'] as const;
export type Dimension = (typeof dimensions)[number];
const reportMeasures = ['spent', 'income', 'net', 'expense', 'refund', 'count'] as const;

const { asOf: _asOf, ...savedFilters } = figureFilters;
const name = text(60)
  .min(1)
  .meta({ description: 'Unique in the ledger, case aside', examples: ['Food by month'] });
const shape = {
  rows: z.enum(dimensions).meta({ description: 'What each row stands for' }),
  columns: z.enum(dimensions).meta({ description: 'What each column stands for' }),
  measure: z.enum(reportMeasures).meta({
    description: 'What is added up; spent = expense − refund, net = income − spent, count = number of entries',
  }),
};

/** What a person saves of a report: its form and filters; the period is asked for each time. */
export const NewSavedReport = z
  .strictObject({
    name,
    rows: shape.rows.default('category'),
    columns: shape.columns.nullable().default(null).meta({ description: 'Or null: one column' }),
    measure: shape.measure.default('spent'),
    filters: z.strictObject({ ...savedFilters, convert: convertQuery }).default({}),
  })
  .refine(({ rows, columns }) => rows !== columns, { path: ['columns'], error: 'must not be what the rows are' })
  .refine(({ filters }) => !filters.convert || !filters.currency, {
    path: ['filters', 'convert'],
    error: 'goes without `currency`',
  })
  .meta({
    id: 'NewSavedReport',
    examples: [
      { name: 'Food by month', rows: 'payee', columns: 'month', measure: 'spent', filters: { tag: 'holiday' } },
    ],
  });
export type NewSavedReport = z.infer<typeof NewSavedReport>;

export const SavedReport = z.object({ id: Id, ...NewSavedReport.shape }).meta({
  id: 'SavedReport',
  examples: [
    {
      id: '6742c0ffee00c0ffee00beef',
      name: 'Food by month',
      rows: 'payee',
      columns: 'month',
      measure: 'spent',
      filters: { tag: 'holiday' },
    },
  ],
});
export type SavedReport = z.infer<typeof SavedReport>;
export const SavedReportList = z.object({ items: z.array(SavedReport) }).meta({ id: 'SavedReportList' });

export const ReportQuery = PeriodQuery.extend({
  report: name.optional().meta({
    description: 'Name of a saved report, whose form and filters hold where the request says nothing else',
  }),
  rows: shape.rows.optional().meta({ description: 'What each row stands for; default: category' }),
  columns: shape.columns.optional().meta({ description: 'What each column stands for; default: one column' }),
  measure: shape.measure.optional().meta({ description: 'What is added up; default: spent' }),
  limit: z.coerce.number().int().min(1).max(500).default(100).meta({
    description: 'Rows that are not of time; the smaller ones are summed up under `key: null`',
  }),
});

const axis = z.object({
  key: z.string().nullable().meta({
    description: 'Id of the category, payee, tag or first day; empty: without one; null: all others together',
  }),
  name: z.string(),
});
const value = z.int().meta({ description: 'Minor units of `currency`, or a number of entries' });

export const Report = z
  .object({
    ...period,
    rows: shape.rows,
    columns: shape.columns.nullable(),
    measure: shape.measure,
    header: z.array(axis).meta({ description: 'The columns; none where `columns` is null' }),
    items: z.array(axis.extend({ values: z.array(value), total: value })).meta({
      description: 'The rows: of time in its order and without gaps, else by size',
    }),
    total: value.nullable().meta({
      description: 'Of all entries; null where tags are told apart, since an entry with two counts in both',
    }),
  })
  .meta({
    id: 'Report',
    examples: [
      {
        from: '2026-10-01',
        to: '2026-11-30',
        currency: 'EUR',
        rows: 'payee',
        columns: 'month',
        measure: 'spent',
        header: [
          { key: '2026-10-01', name: '2026-10' },
          { key: '2026-11-01', name: '2026-11' },
        ],
        items: [{ key: 'Corner shop', name: 'Corner shop', values: [7_000, 8_000], total: 15_000 }],
        total: 15_000,
      },
    ],
  });
export type Report = z.infer<typeof Report>;
