import { expect } from 'chai';
import { databaseUri } from './local-mongo.ts';

describe('databaseUri', () => {
  const cases: [given: string, of: string][] = [
    ['mongodb://127.0.0.1:27017', 'mongodb://127.0.0.1:27017/auth'],
    ['mongodb://a:1,b:2/?replicaSet=rs0', 'mongodb://a:1,b:2/auth?replicaSet=rs0'],
    ['mongodb://ada:p%40ss@a,b/money?replicaSet=rs0', 'mongodb://ada:p%40ss@a,b/auth?replicaSet=rs0&authSource=money'],
    ['mongodb+srv://ada:x@cluster.example', 'mongodb+srv://ada:x@cluster.example/auth?authSource=admin'],
    ['mongodb://ada:x@a/money?authSource=users', 'mongodb://ada:x@a/auth?authSource=users'],
  ];
  for (const [given, expected] of cases)
    it(`finds the database of a service on ${given.replace(/:[^:@]*@/, ':…@')}`, () => {
      expect(databaseUri(given, 'auth')).to.equal(expected);
    });
});
