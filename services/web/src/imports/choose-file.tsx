import { Loader } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { type DragEvent, useId, useState } from 'react';
import { CurrencySelect } from '../ledgers/currency-select.tsx';
import classes from './choose-file.module.css';

interface ChooseFileProps {
  isBusy: boolean;
  currency: string;
  onCurrencyChange: (currency: string) => void;
  onFile: (file: File) => void;
}

/** Only a hint to the file dialog; what a file is, its content decides. */
const accept = '.ofx,.qfx,.qif,.csv,.tsv,.txt,.xml,.camt,.sta,.mt940,.940';

export function ChooseFile({ isBusy, currency, onCurrencyChange, onFile }: ChooseFileProps) {
  const inputId = useId();
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file && !isBusy) onFile(file);
  };
  return (
    <section className={classes.choose} aria-label="Choose a file">
      <label
        htmlFor={inputId}
        className={classes.zone}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <input
          id={inputId}
          type="file"
          accept={accept}
          disabled={isBusy}
          className={classes.input}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            // The same file may be chosen again after a refusal.
            event.currentTarget.value = '';
            if (file) onFile(file);
          }}
        />
        <span className={classes.icon} aria-hidden="true">
          {isBusy ? <Loader size={28} /> : <IconFileUpload size={30} stroke={1.6} />}
        </span>
        <strong>{isBusy ? 'Reading the file…' : 'Drop your bank’s file here'}</strong>
        <span className={classes.hint}>
          {isBusy
            ? 'You will see every row before anything is saved.'
            : 'or click to choose one: OFX, QFX, QIF, CSV, MT940, camt.053'}
        </span>
      </label>
      <div className={classes.currency}>
        <CurrencySelect label="Currency, where the file names none" value={currency} onChange={onCurrencyChange} />
      </div>
    </section>
  );
}
