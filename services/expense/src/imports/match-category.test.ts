import { expect } from 'chai';
import { categoryByName } from './match-category.ts';

const category = (id: string, name: string, parent: string | null = null) => ({
  id,
  name,
  parent,
  color: '#868e96',
  icon: 'tag',
});

describe('the category that a file names', () => {
  const find = categoryByName([
    category('car', 'Car'),
    category('fuel', 'Fuel', 'car'),
    category('home', 'Home'),
    category('home-insurance', 'Insurance', 'home'),
    category('car-insurance', 'Insurance', 'car'),
    category('eating', 'Eating out'),
    category('food', 'Food / Drink'),
  ]);
  const cases: [name: string, id: string | null][] = [
    ['Fuel', 'fuel'],
    ['  eating  OUT', 'eating'],
    ['Car:Fuel', 'fuel'],
    ['Auto:Fuel', 'fuel'],
    ['Car / Insurance', 'car-insurance'],
    ['Home:Insurance', 'home-insurance'],
    ['Car:Tyres', 'car'],
    ['Food / Drink', 'food'],
    ['Insurance', null],
    ['Holidays', null],
    [':', null],
    ['', null],
  ];
  for (const [name, id] of cases)
    it(`"${name}" is ${id ?? 'none of the ledger’s'}`, () => {
      expect(find(name)).to.equal(id);
    });
});
