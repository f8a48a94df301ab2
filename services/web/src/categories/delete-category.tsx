import { Button, Group, Stack, Text } from '@mantine/core';
import type { Category } from '@outlay/contracts/ledger.ts';
import { useState } from 'react';
import { messageOf } from '../api/problem.ts';
import { Dialog } from '../shell/dialog.tsx';
import { FormError } from '../shell/form-error.tsx';
import { toast } from '../shell/toasts.tsx';
import { CategorySelect } from './category-select.tsx';
import { useCategoryChanges } from './use-category-changes.ts';

interface DeleteCategoryProps {
  category: Category;
  onBack: () => void;
  onDone: () => void;
}

/** Asks where its expenses shall go: deleting a category never deletes an expense. */
export function DeleteCategory({ category, onBack, onDone }: DeleteCategoryProps) {
  const { remove } = useCategoryChanges();
  const [moveTo, setMoveTo] = useState<string | null>(category.parent ?? 'none');
  const run = () =>
    remove.mutate(
      { id: category.id, moveTo: moveTo ?? 'none' },
      {
        onSuccess: () => {
          toast({ message: `Category “${category.name}” deleted` });
          onDone();
        },
      },
    );
  return (
    <Dialog title={`Delete “${category.name}”?`} onClose={onBack}>
      <Stack>
        {remove.isError && <FormError>{messageOf(remove.error)}</FormError>}
        <Text>No expense is lost: those of this category move.</Text>
        <CategorySelect
          label="Move its expenses to"
          value={moveTo}
          onChange={setMoveTo}
          clearable={false}
          extra={[{ value: 'none', label: 'Without category' }]}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onBack}>
            Cancel
          </Button>
          <Button color="red.9" onClick={run} loading={remove.isPending}>
            Delete category
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
