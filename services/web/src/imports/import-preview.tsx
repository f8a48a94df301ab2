import { Button, Checkbox, SegmentedControl } from '@mantine/core';
import type { CsvMapping, Import, ImportRow } from '@outlay/contracts/import.ts';
import { useCallback, useState } from 'react';
import { messageOf } from '../api/problem.ts';
import { formatCount } from '../money/format-count.ts';
import { FormError } from '../shell/form-error.tsx';
import { toast } from '../shell/toasts.tsx';
import { commitOf } from './commit-of.ts';
import classes from './import-preview.module.css';
import { MappingEditor } from './mapping-editor.tsx';
import { PreviewRow } from './preview-row.tsx';
import { useCommit } from './use-imports.ts';

interface ImportPreviewProps {
  preview: Import;
  isBusy: boolean;
  /** Absent where the file is not at hand any more. */
  onMapping: ((mapping: CsvMapping) => void) | undefined;
  onCancel: () => void;
  onCommitted: () => void;
}

const shownStep = 200;
type Status = ImportRow['status'] | 'all';

/** Every row of the file before anything is saved: what is new, what is there already, what cannot be read. */
export function ImportPreview({ preview, isBusy, onMapping, onCancel, onCommitted }: ImportPreviewProps) {
  const { rows, counts } = preview;
  const [status, setStatus] = useState<Status>('all');
  const [shown, setShown] = useState(shownStep);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(
    () => new Set(rows.filter((row) => row.status === 'new').map(({ row }) => row)),
  );
  const [categories, setCategories] = useState<ReadonlyMap<number, string | null>>(new Map());
  const commit = useCommit();

  const visible = rows.filter((row) => status === 'all' || row.status === status);
  const pickable = visible.filter(({ expense }) => expense !== null);
  const chosenHere = pickable.filter(({ row }) => chosen.has(row)).length;
  // Both stay the same functions, so that a tick draws one row anew and not all of them.
  const choose = useCallback((some: readonly ImportRow[], isOn: boolean) => {
    const numbers = some.map(({ row }) => row);
    setChosen((now) => (isOn ? new Set([...now, ...numbers]) : new Set(now).difference(new Set(numbers))));
  }, []);
  /** For every row of the same payee: people sort payees, not rows. */
  const setCategory = useCallback(
    (source: ImportRow, category: string | null) => {
      const payee = source.expense?.payee;
      const alike = rows.filter(({ row, expense }) => row === source.row || (payee && expense?.payee === payee));
      setCategories((now) => new Map([...now, ...alike.map(({ row }) => [row, category] as const)]));
      if (alike.length > 1) toast({ message: `Set for all ${alike.length} rows of ${payee}` });
    },
    [rows],
  );
  const submit = () =>
    commit.mutate({ importId: preview.id, body: commitOf(rows, chosen, categories) }, { onSuccess: onCommitted });

  const label = (name: string, count: number) => `${name} ${formatCount(count)}`;
  return (
    <div className={classes.preview}>
      <p className={classes.about}>
        <strong>{preview.fileName}</strong> · {preview.format?.toUpperCase()} · {preview.encoding}
      </p>
      {onMapping && preview.mapping && preview.columns && (
        <MappingEditor
          mapping={preview.mapping}
          columns={preview.columns}
          isOpen={counts.invalid > counts.new}
          isBusy={isBusy}
          onApply={onMapping}
        />
      )}
      <div className={classes.tools}>
        <Checkbox
          label="All"
          aria-label="Choose all shown rows"
          checked={pickable.length > 0 && chosenHere === pickable.length}
          indeterminate={chosenHere > 0 && chosenHere < pickable.length}
          disabled={pickable.length === 0}
          onChange={(event) => choose(pickable, event.currentTarget.checked)}
        />
        <SegmentedControl
          aria-label="Show rows"
          size="xs"
          value={status}
          onChange={setStatus}
          data={[
            { value: 'all', label: label('All', counts.total) },
            { value: 'new', label: label('New', counts.new) },
            { value: 'duplicate', label: label('Known', counts.duplicate) },
            { value: 'invalid', label: label('Invalid', counts.invalid) },
          ]}
        />
      </div>
      {visible.length === 0 ? (
        <p className={classes.none}>No such rows.</p>
      ) : (
        <ul className={classes.rows} aria-label="Rows of the file">
          {visible.slice(0, shown).map((row) => (
            <PreviewRow
              key={row.row}
              row={row}
              isChosen={chosen.has(row.row)}
              category={categories.has(row.row) ? (categories.get(row.row) ?? null) : (row.expense?.category ?? null)}
              onChoose={choose}
              onCategory={setCategory}
            />
          ))}
        </ul>
      )}
      {visible.length > shown && (
        <Button variant="subtle" mx="auto" onClick={() => setShown(shown + shownStep)}>
          Show {Math.min(shownStep, visible.length - shown)} more rows
        </Button>
      )}
      {commit.isError && <FormError>{messageOf(commit.error)}</FormError>}
      <div className={classes.footer}>
        <span className={classes.tally} role="status">
          {formatCount(chosen.size)} of {formatCount(counts.total)} rows chosen
        </span>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button onClick={submit} loading={commit.isPending} disabled={chosen.size === 0}>
          Import {chosen.size === 1 ? '1 row' : `${formatCount(chosen.size)} rows`}
        </Button>
      </div>
    </div>
  );
}
