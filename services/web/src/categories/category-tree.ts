import type { Category } from '@outlay/contracts/ledger.ts';

export interface CategoryTree {
  /** The upper level by name, each with its children by name. */
  roots: { category: Category; children: Category[] }[];
  byId: ReadonlyMap<string, Category>;
}

/** Two levels, sorted as the language sorts; a child whose parent is missing stands on the upper level. */
export function categoryTree(categories: readonly Category[], locale?: string): CategoryTree {
  const byId = new Map(categories.map((category) => [category.id, category]));
  const collator = new Intl.Collator(locale);
  const sorted = categories.toSorted((a, b) => collator.compare(a.name, b.name));
  const isRoot = ({ parent }: Category) => parent === null || !byId.has(parent);
  const roots = sorted
    .filter(isRoot)
    .map((category) => ({ category, children: sorted.filter(({ parent }) => parent === category.id) }));
  return { roots, byId };
}

/** "Food › Groceries": the name with the one above it. */
export function categoryPath(id: string, { byId }: Pick<CategoryTree, 'byId'>): string | undefined {
  const category = byId.get(id);
  const parent = category?.parent ? byId.get(category.parent) : undefined;
  return parent ? `${parent.name} › ${category!.name}` : category?.name;
}
