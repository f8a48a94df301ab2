import { Menu, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconPlus, IconSelector } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useLocation } from 'wouter';
import classes from './ledger-menu.module.css';
import { ledgerBase, useLedger, useLedgers } from './use-ledger.ts';

const CreateLedger = lazy(async () => ({ default: (await import('./create-ledger.tsx')).CreateLedger }));

/** Which ledger is in view, the others, and a new one. */
export function LedgerMenu() {
  const ledger = useLedger();
  const ledgers = useLedgers();
  const [isCreating, setCreating] = useState(false);
  const [, navigate] = useLocation();
  return (
    <>
      <Menu width={248} position="bottom-start" shadow="md">
        <Menu.Target>
          <UnstyledButton className={classes.trigger}>
            <VisuallyHidden>Ledger: </VisuallyHidden>
            <span className={classes.name}>{ledger.name}</span>
            <span className={classes.currency}>{ledger.currency}</span>
            <IconSelector size={16} aria-hidden />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Ledgers</Menu.Label>
          {ledgers.data?.map((each) => (
            <Menu.Item
              key={each.id}
              onClick={() => navigate(`~${ledgerBase(each)}/overview`)}
              leftSection={
                <IconCheck size={16} visibility={each.id === ledger.id ? 'visible' : 'hidden'} aria-hidden />
              }
              aria-current={each.id === ledger.id || undefined}
              rightSection={<span className={classes.currency}>{each.currency}</span>}
            >
              {each.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
            New ledger…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense>{isCreating && <CreateLedger onClose={() => setCreating(false)} />}</Suspense>
    </>
  );
}
