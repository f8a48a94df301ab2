import type { Category } from '@outlay/contracts/ledger.ts';

/**
 * Finds a ledger's category by the name that a file gives it: "Fuel", or a path, "Car:Fuel" (QIF), "Car / Fuel". The full
 * path goes first, then its last part, then its first, so that "Car:Tyres" lands in "Car" where there are no tyres.
 * A name that two categories share is no answer without its parent.
 * @returns a function from the file's name to the category's id, or null
 */
export function categoryByName(categories: readonly Category[]): (name: string) => string | null {
  const byId = new Map(categories.map((category) => [category.id, category]));
  const byName = new Map<string, string | null>();
  const byPath = new Map<string, string>();
  for (const { id, name, parent } of categories) {
    const key = plain(name);
    byName.set(key, byName.has(key) ? null : id);
    const above = parent === null ? undefined : byId.get(parent);
    if (above) byPath.set(`${plain(above.name)}:${key}`, id);
  }
  return (name) => {
    const whole = byName.get(plain(name));
    if (whole) return whole;
    const parts = name
      .split(/\s*[:/>|]\s*/)
      .map(plain)
      .filter(Boolean);
    if (parts.length < 2) return null;
    const [first, last] = [parts[0] ?? '', parts.at(-1) ?? ''];
    return byPath.get(`${first}:${last}`) ?? byName.get(last) ?? byName.get(first) ?? null;
  };
}

const plain = (name: string) => name.normalize('NFKC').trim().toLowerCase().replace(/\s+/g, ' ');
