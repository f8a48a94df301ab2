import { Button, Group, Stack, Text } from '@mantine/core';
import type { ImportSummary } from '@outlay/contracts/import.ts';
import { useState } from 'react';
import { ApiProblem, messageOf } from '../api/problem.ts';
import { Dialog } from '../shell/dialog.tsx';
import { FormError } from '../shell/form-error.tsx';
import { useUndo } from './use-imports.ts';

interface UndoImportProps {
  importId: string;
  /** For screen readers, which do not see which import the button stands beside. */
  name: string;
  /** It is under way, or done. */
  onUndo: (state: ImportSummary) => void;
}

/** Takes a whole import back, after a question; where expenses were changed since, with the choice what becomes of them. */
export function UndoImport({ importId, name, onUndo }: UndoImportProps) {
  const [isAsking, setAsking] = useState(false);
  const undo = useUndo();
  const hasChanged = undo.error instanceof ApiProblem && undo.error.type === '/problems/import-entries-changed';
  const send = (changed?: 'keep' | 'remove') =>
    undo.mutate(
      { importId, body: changed ? { changed } : {} },
      {
        onSuccess: (state) => {
          setAsking(false);
          onUndo(state);
        },
      },
    );
  const close = () => {
    setAsking(false);
    undo.reset();
  };
  return (
    <>
      <Button variant="subtle" size="xs" aria-label={`Undo the import of ${name}`} onClick={() => setAsking(true)}>
        Undo
      </Button>
      {isAsking && (
        <Dialog title="Undo this import?" onClose={close}>
          <Stack>
            {undo.isError && !hasChanged && <FormError>{messageOf(undo.error)}</FormError>}
            <Text>
              {hasChanged
                ? messageOf(undo.error)
                : 'Every expense that it brought is removed. The file can be imported again.'}
            </Text>
            <Group justify="flex-end">
              {hasChanged ? (
                <>
                  <Button variant="default" onClick={() => send('keep')} loading={undo.isPending}>
                    Keep the changed ones
                  </Button>
                  <Button color="red.9" onClick={() => send('remove')} loading={undo.isPending}>
                    Remove them too
                  </Button>
                </>
              ) : (
                <Button color="red.9" onClick={() => send()} loading={undo.isPending}>
                  Undo the import
                </Button>
              )}
            </Group>
          </Stack>
        </Dialog>
      )}
    </>
  );
}
