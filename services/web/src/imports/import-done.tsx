import { Button } from '@mantine/core';
import type { ImportRow, ImportSummary } from '@outlay/contracts/import.ts';
import { IconCircleCheck } from '@tabler/icons-react';
import { Link } from 'wouter';
import { filterSearch } from '../expenses/filters.ts';
import { formatCount } from '../money/format-count.ts';
import { EmptyState } from '../shell/states.tsx';
import { UndoImport } from './undo-import.tsx';

interface ImportDoneProps {
  done: ImportSummary;
  /** As the preview showed them; none where the page was opened since. */
  rows: readonly ImportRow[];
  onAnother: () => void;
  onUndo: () => void;
}

export function ImportDone({ done, rows, onAnother, onUndo }: ImportDoneProps) {
  const { imported, total } = done.counts;
  const skipped = total - imported;
  const dates = rows.flatMap(({ expense }) => expense?.date ?? []).toSorted();
  const [from, to] = [dates[0], dates.at(-1)];
  const count = (n: number, one: string, many: string) => `${formatCount(n)} ${n === 1 ? one : many}`;
  return (
    <div role="status">
      <EmptyState
        icon={IconCircleCheck}
        title={imported === 0 ? 'Nothing new in this file' : `${count(imported, 'expense', 'expenses')} imported`}
        actions={
          <>
            <Button component={Link} href={`/expenses${filterSearch({ ...(from && { from }), ...(to && { to }) })}`}>
              Show them
            </Button>
            <Button variant="default" onClick={onAnother}>
              Import another file
            </Button>
            {imported > 0 && <UndoImport importId={done.id} name={done.fileName ?? 'the file'} onUndo={onUndo} />}
          </>
        }
      >
        {skipped > 0 && `${count(skipped, 'row was', 'rows were')} left out.`}
      </EmptyState>
    </div>
  );
}
