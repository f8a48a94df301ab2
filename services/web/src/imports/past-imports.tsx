import { Button, Title } from '@mantine/core';
import type { ImportSummary } from '@outlay/contracts/import.ts';
import { isBeingWorkedOn } from '@outlay/contracts/import-status.ts';
import { formatCount } from '../money/format-count.ts';
import classes from './choose-file.module.css';
import { UndoImport } from './undo-import.tsx';
import { usePastImports } from './use-imports.ts';

const formatInstant = (instant: string) =>
  new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(instant));

/** What was imported before, or is under way; nothing where there is none or it cannot be loaded, for it only informs. */
export function PastImports({ onFollow }: { onFollow: (importId: string) => void }) {
  const past = usePastImports();
  const shown = past.data?.filter(
    ({ status }) => isBeingWorkedOn(status) || status === 'committed' || status === 'undone',
  );
  if (!shown?.length) return null;
  return (
    <section aria-labelledby="past-imports">
      <Title order={2} id="past-imports" mb="sm">
        Past imports
      </Title>
      <ul className={classes.past}>
        {shown.map((each) => (
          <li key={each.id}>
            {nameOf(each)}
            <span>
              {outcomeOf(each)} · {formatInstant(each.createdAt)}{' '}
              {each.status === 'committed' && (
                <UndoImport importId={each.id} name={nameOf(each)} onUndo={({ id }) => onFollow(id)} />
              )}
              {isBeingWorkedOn(each.status) && (
                <Button variant="subtle" size="xs" onClick={() => onFollow(each.id)}>
                  Show progress
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const nameOf = ({ fileName, format }: ImportSummary) => fileName ?? format?.toUpperCase() ?? 'A file';

function outcomeOf({ status, counts, undone }: ImportSummary): string {
  if (status === 'undone') return undone?.kept ? `undone, ${formatCount(undone.kept)} kept` : 'undone';
  return status === 'committed' ? `${formatCount(counts.imported)} imported` : 'under way';
}
