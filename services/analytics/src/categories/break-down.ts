import type { CategoryBreakdown } from '@outlay/contracts/analytics.ts';
import type { Cell, Figures } from '@outlay/contracts/internal.ts';
import type { Category } from '@outlay/contracts/ledger.ts';
import { countOf, spentOf, sumCells } from '../figures/cells.ts';
import { cellsByCategory, uncategorised } from './cells-by-category.ts';

type Node = CategoryBreakdown['categories'][number];
type Leaf = Node['children'][number];

/**
 * The tree of categories that have entries in the period, largest spending first.
 *
 * Shares are parts of a whole that can be drawn: over the top level they add up to 1, and within a category those of its children
 * and of what is booked on itself add up to its own. Where refunds outweigh the share is 0, and the others share the whole.
 * @param buckets split by category
 * @throws {SumTooLarge} where a sum would no longer be exact
 */
export function breakDown(
  categories: readonly Category[],
  buckets: Figures['ranges'][number]['buckets'],
): Pick<CategoryBreakdown, 'total' | 'categories'> {
  const known = new Map(categories.map((category) => [category.id, category]));
  const cells = cellsByCategory(known, buckets);

  /** Top-level category → those of it and its children that have entries. */
  const families = new Map<string | null, (string | null)[]>();
  for (const id of cells.keys()) {
    const parent = id && known.get(id)!.parent;
    const top = parent && known.has(parent) ? parent : id;
    families.set(top, [...(families.get(top) ?? []), id]);
  }
  const node = (id: string | null, cell: Cell) => leaf(id === null ? uncategorised : known.get(id)!, cell);
  const tree = [...families].map(([top, members]): Node => {
    const children = members.filter((id) => id !== top).map((id) => node(id, cells.get(id)!));
    return { ...node(top, sumCells(members.map((id) => cells.get(id)!))), children: children.sort(bySpending) };
  });
  shareOut(tree);
  return { total: spentOf(sumCells(cells.values())), categories: tree.sort(bySpending) };
}

function shareOut(tree: readonly Node[]): void {
  const whole = sumOfSpending(tree);
  for (const node of tree) {
    node.share = part(node, whole);
    const own = { spent: node.spent - node.children.reduce((sum, { spent }) => sum + spent, 0) };
    const inside = sumOfSpending([...node.children, own]);
    for (const child of node.children) child.share = node.share * part(child, inside);
  }
}

const leaf = (
  { id, name, color, icon }: Pick<Category, 'name' | 'color' | 'icon'> & { id: string | null },
  cell: Cell,
): Leaf => ({
  category: id,
  name,
  color,
  icon,
  spent: spentOf(cell),
  income: cell.income,
  count: countOf(cell),
  share: 0,
});

const sumOfSpending = (parts: readonly { spent: number }[]) =>
  parts.reduce((sum, { spent }) => sum + Math.max(0, spent), 0);

const part = ({ spent }: { spent: number }, whole: number) => (spent > 0 ? spent / whole : 0);

const bySpending = (a: Leaf, b: Leaf) =>
  b.spent - a.spent || b.income - a.income || Number(a.name > b.name) - Number(a.name < b.name);
