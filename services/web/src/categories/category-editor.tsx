import { Button, NativeSelect, Stack, TextInput } from '@mantine/core';
import type { Category, NewCategory } from '@outlay/contracts/ledger.ts';
import { type FormEvent, useState } from 'react';
import { fieldErrors } from '../api/problem.ts';
import { Sheet } from '../shell/dialog.tsx';
import { FormError } from '../shell/form-error.tsx';
import { toast } from '../shell/toasts.tsx';
import classes from './category-editor.module.css';
import { categoryIcons } from './category-icons.ts';
import { CategoryMark } from './category-mark.tsx';
import { ColorChoice } from './color-choice.tsx';
import { DeleteCategory } from './delete-category.tsx';
import { useCategories } from './use-categories.ts';
import { useCategoryChanges } from './use-category-changes.ts';

export type Draft = NewCategory & { id?: undefined };

interface CategoryEditorProps {
  draft: Draft | Category;
  onClose: () => void;
}

/** Makes or changes a category: name, place in the tree, colour, icon. */
export function CategoryEditor({ draft, onClose }: CategoryEditorProps) {
  const { roots } = useCategories();
  const { save } = useCategoryChanges();
  const [name, setName] = useState(draft.name);
  const [parent, setParent] = useState(draft.parent);
  const [color, setColor] = useState(draft.color);
  const [icon, setIcon] = useState(draft.icon);
  const [isDeleting, setDeleting] = useState(false);
  const { byField, form } = fieldErrors(save.error, ['name', 'parent', 'color', 'icon']);
  // Two levels: what has children itself cannot go below another.
  const hasChildren = roots.some((root) => root.category.id === draft.id && root.children.length > 0);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(
      { id: draft.id, body: { name: name.trim(), parent, color, icon } },
      {
        onSuccess: () => {
          toast({ message: draft.id ? 'Changes saved' : 'Category added' });
          onClose();
        },
      },
    );
  };
  if (isDeleting && draft.id)
    return <DeleteCategory category={draft} onBack={() => setDeleting(false)} onDone={onClose} />;
  return (
    <Sheet title={draft.id ? 'Edit category' : 'New category'} onClose={onClose}>
      <form onSubmit={submit} className={classes.form}>
        <Stack>
          {save.isError && form && <FormError>{form}</FormError>}
          <div className={classes.name}>
            <CategoryMark color={color} icon={icon} size={44} />
            <TextInput
              label="Name"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              error={byField.name}
              maxLength={60}
              required
              withAsterisk={false}
              data-autofocus
            />
          </div>
          <NativeSelect
            label="Belongs to"
            value={parent ?? ''}
            onChange={(event) => setParent(event.currentTarget.value || null)}
            disabled={hasChildren}
            description={hasChildren ? 'It has categories below it, so it stays on the upper level.' : undefined}
            error={byField.parent}
            data={[
              { value: '', label: 'Nothing: upper level' },
              ...roots
                .filter(({ category }) => category.id !== draft.id)
                .map(({ category }) => ({ value: category.id, label: category.name })),
            ]}
          />
          <ColorChoice value={color} onChange={setColor} />
          <fieldset className={classes.choice}>
            <legend>Icon</legend>
            <div className={classes.icons}>
              {Object.entries(categoryIcons).map(([value, [Icon, label]]) => (
                <label key={value} title={label} className={classes.icon}>
                  <input
                    type="radio"
                    name="icon"
                    value={value}
                    aria-label={label}
                    checked={icon === value}
                    onChange={() => setIcon(value)}
                  />
                  <Icon size={21} stroke={1.7} aria-hidden />
                </label>
              ))}
            </div>
          </fieldset>
        </Stack>
        <div className={classes.footer}>
          {draft.id && (
            <Button variant="subtle" color="red" c="var(--outlay-bad)" mr="auto" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Sheet>
  );
}
