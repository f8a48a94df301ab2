import { expect } from 'chai';
import { categoryPath, categoryTree } from './category-tree.ts';

const category = (id: string, name: string, parent: string | null = null) => ({
  id,
  name,
  parent,
  color: '#868e96',
  icon: 'tag',
});

describe('The tree of categories', () => {
  const tree = categoryTree(
    [
      category('1', 'Home'),
      category('2', 'Groceries', '3'),
      category('3', 'Food'),
      category('4', 'Äpfel', '3'),
      category('5', 'Lost', '9'),
    ],
    'de',
  );

  it('has two levels, each by name as the language sorts', () => {
    expect(
      tree.roots.map(({ category: { name }, children }) => [name, children.map((child) => child.name)]),
    ).to.deep.equal([
      ['Food', ['Äpfel', 'Groceries']],
      ['Home', []],
      ['Lost', []],
    ]);
  });

  it('names a child after its parent', () => {
    expect(categoryPath('2', tree)).to.equal('Food › Groceries');
    expect(categoryPath('3', tree)).to.equal('Food');
    expect(categoryPath('8', tree)).to.equal(undefined);
  });
});
