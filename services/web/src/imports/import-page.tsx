import type { Import, ImportSummary } from '@outlay/contracts/import.ts';
import { isBeingWorkedOn } from '@outlay/contracts/import-status.ts';
import { useState } from 'react';
import { messageOf } from '../api/problem.ts';
import { useLedger } from '../ledgers/use-ledger.ts';
import { FormError } from '../shell/form-error.tsx';
import { Page } from '../shell/page.tsx';
import { toast } from '../shell/toasts.tsx';
import { ChooseFile } from './choose-file.tsx';
import { ImportDone } from './import-done.tsx';
import { ImportPreview } from './import-preview.tsx';
import { ImportWorking } from './import-working.tsx';
import { PastImports } from './past-imports.tsx';
import { useDiscard, useLoadRows, useUpload } from './use-imports.ts';

type Stage =
  | { name: 'choose'; failure?: string | null }
  | { name: 'working'; importId: string }
  | { name: 'preview'; preview: Import }
  | { name: 'done'; done: ImportSummary };

/** From a bank’s file to expenses: choose, look, import. What takes long is followed, and goes on without the page. */
export function ImportPage() {
  const ledger = useLedger();
  const [stage, setStage] = useState<Stage>({ name: 'choose' });
  /** The last one chosen, to be read again with other columns. */
  const [file, setFile] = useState<File>();
  const [rows, setRows] = useState<Import['rows']>([]);
  const [currency, setCurrency] = useState(ledger.currency);
  const upload = useUpload();
  const load = useLoadRows();
  const discard = useDiscard();

  const follow = (importId: string) => setStage({ name: 'working', importId });
  const settle = (state: ImportSummary) => {
    if (state.status === 'preview')
      load.mutate(state.id, {
        onSuccess: (preview) => {
          setRows(preview.rows);
          setStage({ name: 'preview', preview });
        },
        onError: () => setStage({ name: 'choose' }),
      });
    else if (state.status === 'committed') setStage({ name: 'done', done: state });
    else {
      if (state.status === 'undone') toast({ message: 'The import is undone', tone: 'good' });
      if (state.status === 'cancelled') toast({ message: 'The import is cancelled' });
      setStage({ name: 'choose', failure: state.failure });
    }
  };
  const send = (chosen: File, mapping?: NonNullable<Import['mapping']>) => {
    setFile(chosen);
    upload.mutate(
      { file: chosen, currency, ...(mapping && { mapping }) },
      { onSuccess: (state) => (isBeingWorkedOn(state.status) ? follow(state.id) : settle(state)) },
    );
  };
  const restart = () => {
    if (stage.name === 'preview') discard.mutate(stage.preview.id);
    upload.reset();
    setStage({ name: 'choose' });
  };

  const error = upload.error ?? load.error;
  const failure = error ? messageOf(error) : stage.name === 'choose' ? stage.failure : null;
  const isBusy = upload.isPending || load.isPending;
  return (
    <Page title="Import">
      {failure && <FormError>{failure}</FormError>}
      {stage.name === 'choose' && (
        <>
          <ChooseFile isBusy={isBusy} currency={currency} onCurrencyChange={setCurrency} onFile={send} />
          <PastImports onFollow={follow} />
        </>
      )}
      {stage.name === 'working' && <ImportWorking key={stage.importId} importId={stage.importId} onSettled={settle} />}
      {stage.name === 'preview' && (
        <ImportPreview
          // A corrected mapping makes a new preview, and with it a new choice of rows.
          key={stage.preview.id}
          preview={stage.preview}
          isBusy={isBusy}
          onMapping={file && ((mapping) => send(file, mapping))}
          onCancel={restart}
          onCommitted={() => follow(stage.preview.id)}
        />
      )}
      {stage.name === 'done' && (
        <ImportDone done={stage.done} rows={rows} onAnother={restart} onUndo={() => follow(stage.done.id)} />
      )}
    </Page>
  );
}
