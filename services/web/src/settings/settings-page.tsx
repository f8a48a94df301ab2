import { Anchor, Button, SegmentedControl, Switch, useMantineColorScheme } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useUser } from '../api/session.ts';
import { logOut } from '../auth/log-out.ts';
import { useLedger } from '../ledgers/use-ledger.ts';
import { currencyName } from '../money/format-money.ts';
import { Page } from '../shell/page.tsx';
import { schemes } from '../shell/scheme-toggle.tsx';
import { setShortcuts, useShortcutsSetting } from '../shell/shortcuts.ts';
import { ShortcutsTable } from '../shell/shortcuts-table.tsx';
import { NameForm, PasswordForm } from './account-settings.tsx';
import { LedgerSettings } from './ledger-settings.tsx';
import classes from './settings-page.module.css';

export function SettingsPage() {
  const user = useUser();
  const ledger = useLedger();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const hasShortcuts = useShortcutsSetting();
  return (
    <Page title="Settings" isNarrow>
      <Section title="Account">
        <NameForm />
        <dl className={classes.facts}>
          <dt>E-mail</dt>
          <dd>{user.email}</dd>
          <dt>Member since</dt>
          <dd>{new Intl.DateTimeFormat(undefined, { dateStyle: 'long' }).format(new Date(user.createdAt))}</dd>
        </dl>
        <Button
          variant="default"
          leftSection={<IconLogout size={18} aria-hidden />}
          onClick={logOut}
          className={classes.start}
        >
          Log out of this browser
        </Button>
      </Section>
      <Section title="Password">
        <PasswordForm />
      </Section>
      <Section title="Ledger">
        <LedgerSettings key={ledger.id} />
        <p className={classes.hint}>
          New expenses start in {currencyName(ledger.currency)}; “today” is the day in {ledger.timeZone}.
        </p>
      </Section>
      <Section title="Appearance">
        <SegmentedControl
          aria-label="Colour scheme"
          className={classes.start}
          value={colorScheme}
          onChange={setColorScheme}
          data={schemes.map(({ value, label }) => ({ value, label }))}
        />
      </Section>
      <Section title="Keyboard">
        <Switch
          label="Single-key shortcuts"
          checked={hasShortcuts}
          onChange={(event) => setShortcuts(event.currentTarget.checked)}
        />
        {hasShortcuts && <ShortcutsTable />}
      </Section>
      <Section title="For developers">
        <p className={classes.hint}>
          Everything this page does goes through an open HTTP API.{' '}
          <Anchor href="/api/docs">Read the API documentation</Anchor>
        </p>
      </Section>
    </Page>
  );
}

const Section = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className={classes.section} aria-label={title}>
    <h2>{title}</h2>
    {children}
  </section>
);
