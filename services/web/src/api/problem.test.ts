import { expect } from 'chai';
import { ApiProblem, fieldErrors, messageOf } from './problem.ts';

const refused = (errors: { pointer?: string; parameter?: string; detail: string }[]) =>
  new ApiProblem({
    type: '/problems/validation',
    title: 'Invalid request',
    status: 422,
    detail: 'Please correct it.',
    errors,
  });

describe('Errors of the API on a form', () => {
  it('stand at their field, as a sentence, the first one of each', () => {
    const problem = refused([
      { pointer: '#/amount', detail: 'must be at least 1' },
      { pointer: '#/amount', detail: 'must be an integer' },
      { pointer: '#/tags/3', detail: 'must not be empty' },
    ]);

    expect(fieldErrors(problem, ['amount', 'tags', 'date'])).to.deep.equal({
      byField: { amount: 'Must be at least 1.', tags: 'Must not be empty.' },
      form: null,
    });
  });

  it('are never swallowed: what no field shows is said for the form', () => {
    const problem = refused([
      { pointer: '#/amount', detail: 'is wrong' },
      { parameter: 'limit', detail: 'is too large' },
    ]);

    expect(fieldErrors(problem, ['amount']).form).to.equal('Please correct it. limit: is too large');
  });

  it('without fields are said for the form', () => {
    const problem = new ApiProblem({ type: '/problems/unauthorized', title: 'Wrong e-mail or password', status: 401 });

    expect(fieldErrors(problem, ['email'])).to.deep.equal({ byField: {}, form: 'Wrong e-mail or password' });
  });

  it('tell nothing of a programming error but that it happened', () => {
    expect(messageOf(new TypeError('x is undefined'))).to.equal('Something went wrong on this page. Please try again.');
  });
});
