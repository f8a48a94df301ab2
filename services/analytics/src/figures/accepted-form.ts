import type { AppContext } from '@outlay/service-kit/route.ts';
import { NotAcceptable } from '../problems.ts';
import { csvType } from './csv.ts';

// With and without parameters, because `text/csv;charset=utf-8` in Accept means only what says so of itself.
const forms = [
  'application/json',
  'application/json; charset=utf-8',
  'text/csv',
  'text/csv; header=present',
  'text/csv; charset=utf-8',
  csvType,
];

/**
 * The form of the answer that the client likes best; JSON where it does not care.
 * @throws {NotAcceptable} where it takes neither
 */
export function acceptedForm(ctx: AppContext): 'json' | 'csv' {
  ctx.vary('Accept');
  const form = ctx.accepts(forms);
  if (!form) throw new NotAcceptable();
  return String(form).startsWith('text/csv') ? 'csv' : 'json';
}
