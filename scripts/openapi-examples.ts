/**
 * Examples of what the API takes and gives, by the name of the schema: for those that carry none themselves. The test parses each
 * by its schema, so that none can lie.
 */
const id = '6742c0ffee00c0ffee00beef';
const at = '2026-11-23T17:24:00.000Z';

const user = { id, email: 'ada@example.org', name: 'Ada Lovelace', createdAt: at };
const session = {
  accessToken: 'eyJhbGciOiJFUzI1NiIsImtpZCI6IjEiLCJ0eXAiOiJhdCtqd3QifQ.eyJzdWIiOiI2NzQyIn0.c2lnbmF0dXJl',
  tokenType: 'Bearer',
  expiresIn: 600,
  user,
};
const ledger = { id, name: 'Household', currency: 'EUR', timeZone: 'Europe/Berlin', isDefault: true, createdAt: at };
const newCategory = { name: 'Groceries', parent: null, color: '#2f9e44', icon: 'shopping-cart' };
const newExpense = {
  date: '2026-11-23',
  amount: 1250,
  currency: 'EUR',
  kind: 'expense',
  category: id,
  payee: 'Corner shop',
  note: 'Milk and bread',
  tags: ['holiday'],
};
const expense = { id, ...newExpense, importId: null, version: 1, createdAt: at, updatedAt: at };
const newRate = { currency: 'ARS', in: 'EUR', rate: '0.00061', from: '2026-11-01', to: null };
const summary = {
  id,
  status: 'preview',
  fileName: 'november.qif',
  format: 'qif',
  encoding: 'utf-8',
  mapping: null,
  columns: null,
  counts: { total: 1, new: 1, duplicate: 0, invalid: 0, imported: 0 },
  progress: null,
  failure: null,
  undone: null,
  createdAt: at,
  expiresAt: '2026-11-24T17:24:00.000Z',
};
const { tags: _, ...booking } = newExpense;
const row = { row: 0, line: 2, status: 'new', reason: null, duplicateOf: null, expense: booking };

export const examples: Readonly<Record<string, object>> = {
  Registration: { email: user.email, password: 'correct horse battery', name: user.name, delivery: 'cookie' },
  Login: { email: user.email, password: 'correct horse battery', delivery: 'cookie' },
  Refresh: { delivery: 'cookie' },
  Logout: {},
  User: user,
  UserPatch: { name: 'Ada King' },
  Session: session,
  JwkSet: {
    keys: [
      {
        kty: 'EC',
        kid: '1',
        use: 'sig',
        alg: 'ES256',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
      },
    ],
  },
  NewLedger: { name: ledger.name, currency: 'EUR', timeZone: ledger.timeZone },
  Ledger: ledger,
  LedgerList: { items: [ledger] },
  LedgerPatch: { name: 'Home' },
  NewCategory: newCategory,
  CategoryPatch: { color: '#3b6fb6' },
  Category: { id, ...newCategory },
  CategoryList: { items: [{ id, ...newCategory }] },
  NewExpense: newExpense,
  ExpensePatch: { amount: 1350, tags: [] },
  Expense: expense,
  ExpensePage: { items: [expense], next: null },
  PayeeList: { items: [{ payee: newExpense.payee, category: id, count: 4 }] },
  NewExchangeRate: newRate,
  ExchangeRate: { id, ...newRate },
  ExchangeRateList: { items: [{ id, ...newRate }] },
  SavedReportList: {
    items: [{ id, name: 'Trips', rows: 'payee', columns: 'month', measure: 'spent', filters: { tag: 'holiday' } }],
  },
  Import: { ...summary, rows: [row], nextRow: null },
  ImportSummary: summary,
  ImportPage: { items: [summary], next: null },
  ImportCommit: { rows: 'new', categories: { 0: id } },
  ImportResult: { id, status: 'committed', imported: 1, skipped: 0 },
  ImportUndo: { changed: 'keep' },
};
