import { ActionIcon, Button, Skeleton, UnstyledButton } from '@mantine/core';
import type { Category } from '@outlay/contracts/ledger.ts';
import { IconCategory, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Page } from '../shell/page.tsx';
import { EmptyState, ErrorState } from '../shell/states.tsx';
import classes from './categories-page.module.css';
import { CategoryEditor, type Draft } from './category-editor.tsx';
import { CategoryMark } from './category-mark.tsx';
import type { CategoryTree } from './category-tree.ts';
import { useCategories } from './use-categories.ts';

const fresh: Draft = { name: '', parent: null, color: '#1971c2', icon: 'tag' };

/** The tree of categories: a click edits, a plus adds below. */
export function CategoriesPage() {
  const { roots, byId, isPending, error, refetch } = useCategories();
  const [draft, setDraft] = useState<Draft | Category | null>(null);
  return (
    <Page
      title="Categories"
      actions={
        <Button variant="default" leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setDraft(fresh)}>
          New category
        </Button>
      }
    >
      {isPending && <Loading />}
      {error !== null && byId.size === 0 && <ErrorState error={error} onRetry={refetch} />}
      {!isPending && error === null && byId.size === 0 && (
        <EmptyState icon={IconCategory} title="No categories">
          Make one to see where your money goes.
        </EmptyState>
      )}
      <div className={classes.grid}>
        {roots.map((root) => (
          <Family key={root.category.id} {...root} onEdit={setDraft} />
        ))}
      </div>
      {draft && <CategoryEditor draft={draft} onClose={() => setDraft(null)} />}
    </Page>
  );
}

type FamilyProps = CategoryTree['roots'][number] & { onEdit: (draft: Draft | Category) => void };

function Family({ category, children, onEdit }: FamilyProps) {
  return (
    <section className={classes.family} aria-label={category.name}>
      <div className={classes.head}>
        <UnstyledButton className={classes.row} onClick={() => onEdit(category)} aria-label={`Edit ${category.name}`}>
          <CategoryMark color={category.color} icon={category.icon} size={38} />
          <strong>{category.name}</strong>
        </UnstyledButton>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={`Add below ${category.name}`}
          onClick={() => onEdit({ ...fresh, parent: category.id, color: category.color })}
        >
          <IconPlus size={18} aria-hidden />
        </ActionIcon>
      </div>
      {children.length > 0 && (
        <ul className={classes.children}>
          {children.map((child) => (
            <li key={child.id}>
              <UnstyledButton className={classes.row} onClick={() => onEdit(child)} aria-label={`Edit ${child.name}`}>
                <CategoryMark color={child.color} icon={child.icon} size={28} />
                <span>{child.name}</span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const Loading = () => (
  <div className={classes.grid} aria-busy="true">
    {['a', 'b', 'c', 'd', 'e', 'f'].map((key) => (
      <Skeleton key={key} h={150} radius="lg" />
    ))}
  </div>
);
