import { Button, Text, Title } from '@mantine/core';
import type { ImportSummary } from '@outlay/contracts/import.ts';
import type { ImportStatus } from '@outlay/contracts/import-status.ts';
import { messageOf } from '../api/problem.ts';
import { formatCount } from '../money/format-count.ts';
import { FormError } from '../shell/form-error.tsx';
import classes from './import-working.module.css';
import { useCancel, useFollowed } from './use-imports.ts';

interface ImportWorkingProps {
  importId: string;
  onSettled: (state: ImportSummary) => void;
}

const titles: Partial<Record<ImportStatus, string>> = {
  received: 'Waiting to be read…',
  reading: 'Reading the file…',
  committing: 'Importing…',
  undoing: 'Taking the import back…',
};

/** How far an import is: it goes on without this page, too. */
export function ImportWorking({ importId, onSettled }: ImportWorkingProps) {
  const { state, error } = useFollowed(importId, onSettled);
  const cancel = useCancel();
  const share = state?.progress?.share ?? 0;
  const title = (state && titles[state.status]) ?? 'One moment…';
  return (
    <section className={classes.working} aria-labelledby="import-working">
      <Title order={2} size="h3" id="import-working">
        {title}
      </Title>
      <progress className={classes.bar} value={share} max={1} aria-label={title} />
      {state && (
        <Text c="dimmed" className={classes.figures}>
          {describe(state)}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        You may leave this page: the work goes on.
      </Text>
      {(error ?? cancel.error) && <FormError>{messageOf(error ?? cancel.error)}</FormError>}
      {state && state.status !== 'undoing' && (
        <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate(importId)}>
          Cancel
        </Button>
      )}
    </section>
  );
}

/** "12,500 rows: 12,000 new, 480 known, 20 invalid · about 8 s left" */
export function describe({ status, counts, progress, undone }: ImportSummary): string {
  const done =
    status === 'committing'
      ? `${formatCount(counts.imported)} of ${formatCount(counts.total)} rows imported`
      : status === 'undoing'
        ? `${formatCount(undone?.removed ?? 0)} of ${formatCount(counts.imported)} expenses taken back`
        : `${formatCount(counts.total)} rows: ${formatCount(counts.new)} new, ${formatCount(counts.duplicate)} known, ${formatCount(counts.invalid)} invalid`;
  const leftMs = progress?.estimatedEnd ? Date.parse(progress.estimatedEnd) - Date.now() : undefined;
  return leftMs === undefined || leftMs < 0 ? done : `${done} · about ${duration(leftMs)} left`;
}

const duration = (ms: number): string =>
  ms < 90_000 ? `${Math.max(1, Math.round(ms / 1_000))} s` : `${Math.round(ms / 60_000)} min`;
