import { expect } from 'chai';
import { explainMongodExit } from './mongod-failure.ts';

const where = { port: 27_017, dbPath: '/home/ada/data', logPath: '/home/ada/mongod.log' };

/** mongod's own words, as it logs them, and what a person reads. Taken ports and locked data are tested on a real one. */
const cases: { name: string; code: number; log: string; says: RegExp }[] = [
  {
    name: 'data of a newer MongoDB, seen by the feature compatibility version',
    code: 62,
    log: 'UPGRADE PROBLEM: Found an invalid featureCompatibilityVersion document (ERROR: Location4926900: expected 6.0)',
    says: /^The data in \/home\/ada\/data was written by another version of MongoDB\. Name a mongod .* OUTLAY_MONGOD/,
  },
  {
    name: 'data of a newer MongoDB, seen by the storage engine',
    code: 14,
    log: 'unsupported WiredTiger file version: this build only supports major/minor versions up to 1/1, and the file is version 2/1',
    says: /another version of MongoDB/,
  },
  {
    name: 'data of an older MongoDB',
    code: 14,
    log: 'This version of MongoDB is too recent to start up on the existing data files. Try MongoDB 4.2 or earlier.',
    says: /another version of MongoDB/,
  },
  { name: 'a full disk', code: 14, log: 'error: No space left on device', says: /^No space left on the disk of/ },
  {
    name: 'a folder of somebody else',
    code: 100,
    log: 'boost::filesystem::status: Permission denied',
    says: /^MongoDB may not write to \/home\/ada\/data\./,
  },
  {
    name: 'what it does not know',
    code: 14,
    log: 'Fatal assertion',
    says: /^mongod ended with code 14 before it was ready\. Its log: \/home\/ada\/mongod\.log$/,
  },
];

describe('explainMongodExit', () => {
  for (const { name, code, log, says } of cases) {
    it(`says in one line what to do about ${name}`, () => {
      expect(explainMongodExit(code, log, where))
        .to.match(says)
        .and.not.include('\n');
    });
  }
});
