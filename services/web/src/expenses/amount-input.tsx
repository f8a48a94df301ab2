import { NativeSelect, TextInput } from '@mantine/core';
import type { Ref } from 'react';
import { currencies, currencyName, formatMoney } from '../money/format-money.ts';
import { amountText, parseAmount } from '../money/parse-amount.ts';
import classes from './expense-form.module.css';

interface AmountInputProps {
  value: string;
  onChange: (text: string) => void;
  currency: string;
  onCurrencyChange: (currency: string) => void;
  error?: string | undefined;
  ref?: Ref<HTMLInputElement>;
}

/** An amount as people write it, a short sum included ("12.50 + 3"); what it comes to is shown below. */
export function AmountInput({ value, onChange, currency, onCurrencyChange, error, ref }: AmountInputProps) {
  const minor = parseAmount(value, currency);
  const isSum = /\d\s*[+\-−]/.test(value);
  return (
    <TextInput
      ref={ref}
      label="Amount"
      inputMode="decimal"
      autoComplete="off"
      placeholder={amountText(0, currency)}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error}
      description={isSum && minor !== undefined ? `= ${formatMoney(minor, currency)}` : undefined}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      size="lg"
      classNames={{ input: classes.amount ?? '', label: classes.amountLabel ?? '' }}
      rightSectionWidth={92}
      rightSection={
        <NativeSelect
          aria-label="Currency"
          rightSectionWidth={28} // else it has that of the field around it, and the arrow lies on the code
          variant="unstyled"
          size="sm"
          classNames={{ input: classes.currency ?? '' }}
          value={currency}
          onChange={(event) => onCurrencyChange(event.currentTarget.value)}
          data={currencies.map((code) => ({ value: code, label: code }))}
          title={currencyName(currency)}
        />
      }
      data-autofocus
    />
  );
}
