import { Id } from '@outlay/contracts/common.ts';
import { LedgerRef } from '@outlay/contracts/ledger.ts';
import { NewSavedReport, SavedReport, SavedReportList } from '@outlay/contracts/report.ts';
import { isDuplicateKey } from '@outlay/service-kit/mongo.ts';
import { type Route, reply, route } from '@outlay/service-kit/route.ts';
import { z } from 'zod';
import type { InLedger } from '../ledger-transactions.ts';
import type { Ledgers } from '../ledgers/open-ledger.ts';
import { LedgerNotFound } from '../problems.ts';
import { ReportNameTaken, ReportNotFound, TooManyReports } from './problems.ts';
import type { ReportStore } from './report-store.ts';

export const reportsMax = 100;

const tag = 'Saved reports';
const params = z.strictObject({ ledger: LedgerRef });
const oneParams = params.extend({ id: Id });

export interface ReportRoutesParts {
  ledgers: Ledgers;
  reports: ReportStore;
  inLedger: InLedger;
}

/** Saved here because analytics keeps nothing; what a report says is computed there. */
export function reportRoutes({ ledgers, reports, inLedger }: ReportRoutesParts): Route[] {
  const listReports = route({
    method: 'get',
    path: '/api/v1/ledgers/{ledger}/reports',
    summary: 'A ledger’s saved reports, by name',
    tag,
    params,
    success: { 200: SavedReportList },
    problems: [LedgerNotFound],
    handle: async ({ user, params }) =>
      reply(200, { items: await reports.list(await ledgers.open(user, params.ledger)) }),
  });

  const saveReport = route({
    method: 'post',
    path: '/api/v1/ledgers/{ledger}/reports',
    summary: 'Save a report by name',
    description: 'Its form and filters; `GET …/analytics/report?report=NAME` computes it for any period.',
    tag,
    params,
    body: NewSavedReport,
    success: { 201: SavedReport },
    problems: [LedgerNotFound, ReportNameTaken, TooManyReports],
    async handle({ user, params, body }) {
      const ledger = await ledgers.open(user, params.ledger);
      const report = await takingName(() =>
        inLedger(ledger, async (session) => {
          if ((await reports.list(ledger, session)).length >= reportsMax) throw new TooManyReports(reportsMax);
          return reports.insert(session, ledger, body);
        }),
      );
      return reply(201, report, { location: `/api/v1/ledgers/${ledger}/reports/${report.id}` });
    },
  });

  const readReport = route({
    method: 'get',
    path: '/api/v1/ledgers/{ledger}/reports/{id}',
    summary: 'A saved report',
    tag,
    params: oneParams,
    success: { 200: SavedReport },
    problems: [LedgerNotFound, ReportNotFound],
    handle: async ({ user, params }) =>
      reply(200, found(await reports.find(await ledgers.open(user, params.ledger), params.id), 'id')),
  });

  const replaceReport = route({
    method: 'put',
    path: '/api/v1/ledgers/{ledger}/reports/{id}',
    summary: 'Change a saved report: it becomes what is sent',
    tag,
    params: oneParams,
    body: NewSavedReport,
    success: { 200: SavedReport },
    problems: [LedgerNotFound, ReportNotFound, ReportNameTaken],
    async handle({ user, params, body }) {
      const ledger = await ledgers.open(user, params.ledger);
      return reply(200, found(await takingName(() => reports.replace(ledger, params.id, body)), 'id'));
    },
  });

  const deleteReport = route({
    method: 'delete',
    path: '/api/v1/ledgers/{ledger}/reports/{id}',
    summary: 'Delete a saved report',
    tag,
    params: oneParams,
    success: { 204: null },
    problems: [LedgerNotFound, ReportNotFound],
    async handle({ user, params }) {
      if (!(await reports.remove(await ledgers.open(user, params.ledger), params.id))) throw new ReportNotFound('id');
      return reply(204);
    },
  });

  const readForAnalytics = route({
    method: 'get',
    path: '/internal/v1/ledgers/{ledger}/report',
    summary: 'A saved report by its name',
    tag: 'Internal',
    params,
    query: z.strictObject({ name: NewSavedReport.shape.name }),
    success: { 200: SavedReport },
    problems: [LedgerNotFound, ReportNotFound],
    handle: async ({ user, params, query }) =>
      reply(200, found(await reports.findByName(await ledgers.open(user, params.ledger), query.name), 'report')),
  });

  return [listReports, saveReport, readReport, replaceReport, deleteReport, readForAnalytics];
}

function found(report: SavedReport | null, parameter: 'id' | 'report'): SavedReport {
  if (!report) throw new ReportNotFound(parameter);
  return report;
}

/** The unique index knows better than a look before whether a name is taken. */
async function takingName<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isDuplicateKey(error)) throw new ReportNameTaken({ cause: error });
    throw error;
  }
}
