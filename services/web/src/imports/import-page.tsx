import type { Import } from '@outlay/contracts/import.ts';
import { useState } from 'react';
import { messageOf } from '../api/problem.ts';
import { useLedger } from '../ledgers/use-ledger.ts';
import { FormError } from '../shell/form-error.tsx';
import { Page } from '../shell/page.tsx';
import { ChooseFile } from './choose-file.tsx';
import { ImportDone } from './import-done.tsx';
import { ImportPreview } from './import-preview.tsx';
import { PastImports } from './past-imports.tsx';
import { useDiscard, usePreview } from './use-imports.ts';

type Stage =
  | { name: 'choose' }
  | { name: 'preview'; file: File; preview: Import }
  | { name: 'done'; preview: Import; imported: number; skipped: number };

/** From a bank's file to expenses: choose, look, import. */
export function ImportPage() {
  const ledger = useLedger();
  const [stage, setStage] = useState<Stage>({ name: 'choose' });
  const [currency, setCurrency] = useState(ledger.currency);
  const upload = usePreview();
  const send = (file: File, mapping?: NonNullable<Import['mapping']>) =>
    upload.mutate(
      { file, currency, ...(mapping && { mapping }) },
      { onSuccess: (preview) => setStage({ name: 'preview', file, preview }) },
    );
  const discard = useDiscard();
  const restart = () => {
    if (stage.name === 'preview') discard.mutate(stage.preview.id);
    upload.reset();
    setStage({ name: 'choose' });
  };
  return (
    <Page title="Import">
      {upload.isError && <FormError>{messageOf(upload.error)}</FormError>}
      {stage.name === 'choose' && (
        <>
          <ChooseFile isBusy={upload.isPending} currency={currency} onCurrencyChange={setCurrency} onFile={send} />
          <PastImports />
        </>
      )}
      {stage.name === 'preview' && (
        <ImportPreview
          // A corrected mapping makes a new preview, and with it a new choice of rows.
          key={stage.preview.id}
          preview={stage.preview}
          isBusy={upload.isPending}
          onMapping={(mapping) => send(stage.file, mapping)}
          onCancel={restart}
          onDone={({ imported, skipped }) => setStage({ name: 'done', preview: stage.preview, imported, skipped })}
        />
      )}
      {stage.name === 'done' && <ImportDone {...stage} onAnother={restart} />}
    </Page>
  );
}
