import { Select } from '@mantine/core';
import { currencies, currencyName } from '../money/format-money.ts';

interface CurrencySelectProps {
  label: string;
  value: string;
  onChange: (currency: string) => void;
  error?: string | undefined;
}

const options = currencies.map((code) => ({ value: code, label: `${code} – ${currencyName(code)}` }));

export const CurrencySelect = ({ label, value, onChange, error }: CurrencySelectProps) => (
  <Select
    label={label}
    data={options}
    value={value}
    onChange={(code) => code && onChange(code)}
    error={error}
    searchable
    allowDeselect={false}
    maxDropdownHeight={260}
    limit={60}
  />
);
