import { Select, type SelectProps } from '@mantine/core';
import type { Category } from '@outlay/contracts/ledger.ts';
import { CategoryMark } from './category-mark.tsx';
import classes from './category-select.module.css';
import type { CategoryTree } from './category-tree.ts';
import { useCategories } from './use-categories.ts';

interface CategorySelectProps extends Omit<SelectProps, 'data' | 'value' | 'onChange' | 'renderOption' | 'filter'> {
  value: string | null;
  onChange: (category: string | null) => void;
  /** Choices above the categories, such as "Without category". */
  extra?: { value: string; label: string }[];
}

/** Picks a category of either level; typing finds it by its own or its parent's name. */
export function CategorySelect({ value, onChange, extra = [], ...props }: CategorySelectProps) {
  const tree = useCategories();
  const options = tree.roots.flatMap(({ category, children }) => [category, ...children].map(optionOf));
  const chosen = value === null ? undefined : tree.byId.get(value);
  return (
    <Select
      data={[...extra, ...options]}
      value={value}
      onChange={onChange}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Clear category' }}
      nothingFoundMessage="No such category"
      maxDropdownHeight={300}
      leftSection={chosen && <CategoryMark color={chosen.color} icon={chosen.icon} size={24} />}
      renderOption={({ option }) => <Option option={option} tree={tree} />}
      filter={({ options: all, search }) => {
        const words = search.trim().toLocaleLowerCase();
        return all.filter((option) => 'value' in option && haystack(option, tree).includes(words));
      }}
      {...props}
    />
  );
}

const optionOf = ({ id, name }: Category) => ({ value: id, label: name });

function haystack({ value, label }: { value: string; label: string }, { byId }: CategoryTree): string {
  const parent = byId.get(byId.get(value)?.parent ?? '');
  return `${label} ${parent?.name ?? ''}`.toLocaleLowerCase();
}

function Option({ option, tree }: { option: { value: string; label: string }; tree: CategoryTree }) {
  const category = tree.byId.get(option.value);
  return (
    <span className={classes.option} data-child={category?.parent ? true : undefined}>
      {category && <CategoryMark color={category.color} icon={category.icon} size={26} />}
      {option.label}
    </span>
  );
}
