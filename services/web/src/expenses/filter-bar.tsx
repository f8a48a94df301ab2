import { Button, CloseButton, Kbd, Popover, TextInput } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconSearch } from '@tabler/icons-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import classes from './filter-bar.module.css';
import { FilterPanel } from './filter-panel.tsx';
import { type ChangeFilters, type Filters, panelCount } from './filters.ts';
import { PeriodMenu } from './period-menu.tsx';
import { searchId } from './search-id.ts';

/** After the last key, so that a word is one request. */
const typingMs = 250;

export function FilterBar({ filters, onChange }: { filters: Filters; onChange: ChangeFilters }) {
  const [isOpen, setOpen] = useState(false);
  const count = panelCount(filters);
  return (
    <search className={classes.bar}>
      <SearchBox value={filters.q ?? ''} onChange={(q) => onChange({ q: q || undefined }, true)} />
      <PeriodMenu from={filters.from} to={filters.to} onChange={onChange} />
      <Popover opened={isOpen} onChange={setOpen} position="bottom-end" width={340} shadow="lg" trapFocus returnFocus>
        <Popover.Target>
          <Button
            variant="default"
            leftSection={<IconAdjustmentsHorizontal size={18} stroke={1.7} aria-hidden />}
            onClick={() => setOpen((open) => !open)}
          >
            Filters{count > 0 ? ` (${count})` : ''}
          </Button>
        </Popover.Target>
        <Popover.Dropdown className={classes.panel}>
          <FilterPanel filters={filters} onChange={onChange} onClose={() => setOpen(false)} />
        </Popover.Dropdown>
      </Popover>
    </search>
  );
}

function SearchBox({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const say = useEffectEvent(() => {
    if (text.trim() !== value) onChange(text.trim());
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock starts anew with each key
  useEffect(() => {
    const timer = setTimeout(() => say(), typingMs);
    return () => clearTimeout(timer);
  }, [text]);
  // The address changed by other means ("back", a chip): the box follows, unless it already says the same.
  const follow = useEffectEvent(() => {
    if (text.trim() !== value) setText(value);
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the address moves the box
  useEffect(() => follow(), [value]);
  useEffect(() => {
    // Reached by "/" from another screen.
    if (history.state?.isSearch) input.current?.focus();
  }, []);
  return (
    <TextInput
      ref={input}
      id={searchId}
      className={classes.search}
      type="search"
      aria-label="Search expenses"
      placeholder="Search payee or note"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setText('');
      }}
      maxLength={200}
      leftSection={<IconSearch size={18} stroke={1.7} aria-hidden />}
      rightSection={
        text ? (
          <CloseButton size="sm" aria-label="Clear search" onClick={() => setText('')} />
        ) : (
          <Kbd size="xs" aria-hidden className={classes.hint}>
            /
          </Kbd>
        )
      }
    />
  );
}
