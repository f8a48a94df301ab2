import { expect } from 'chai';
import { TimeZone } from './ledger.ts';

describe('a ledger’s time zone', () => {
  for (const zone of [
    'UTC',
    'Europe/Berlin',
    'Asia/Calcutta',
    'Asia/Kolkata',
    'Europe/Kyiv',
    'Europe/Kiev',
    'America/Argentina/Salta',
    'Etc/GMT+5',
  ])
    it(`may be ${zone}`, () => expect(TimeZone.safeParse(zone).success).to.equal(true));

  for (const zone of ['', 'Europe/Atlantis', '+01:00', 'berlin', '../etc/passwd', 'Europe/Berlin ', 'x'.repeat(10_000)])
    it(`is not "${zone.slice(0, 20)}"`, () => expect(TimeZone.safeParse(zone).success).to.equal(false));
});
