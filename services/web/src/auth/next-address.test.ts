import { expect } from 'chai';
import { nextAddress } from './next-address.ts';

describe('The address after the log-in', () => {
  it('is the page that was asked for, with its filters', () => {
    expect(nextAddress(`?next=${encodeURIComponent('/expenses?q=rent&kind=expense')}`)).to.equal(
      '/expenses?q=rent&kind=expense',
    );
  });

  it('is the start page where none was asked for', () => {
    expect(nextAddress('')).to.equal('/');
    expect(nextAddress('?next=/login')).to.equal('/');
  });

  for (const foreign of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '']) {
    it(`is never another host: ${JSON.stringify(foreign)}`, () => {
      expect(nextAddress(`?next=${encodeURIComponent(foreign)}`)).to.equal('/');
    });
  }
});
