import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconPlus, IconSelector } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { PopupButton, PopupDivider, PopupLink, PopupMenu } from '../shell/popup-menu.tsx';
import classes from './ledger-menu.module.css';
import { ledgerBase, useLedger, useLedgers } from './use-ledger.ts';

const CreateLedger = lazy(async () => ({ default: (await import('./create-ledger.tsx')).CreateLedger }));

/** Which ledger is in view, the others, and a new one. */
export function LedgerMenu() {
  const ledger = useLedger();
  const ledgers = useLedgers();
  const [isCreating, setCreating] = useState(false);
  return (
    <>
      <PopupMenu
        position="bottom-start"
        width={256}
        trigger={(toggle) => (
          <UnstyledButton className={classes.trigger} onClick={toggle}>
            <VisuallyHidden>Ledger: </VisuallyHidden>
            <span className={classes.name}>{ledger.name}</span>
            <span className={classes.currency}>{ledger.currency}</span>
            <IconSelector size={16} aria-hidden />
          </UnstyledButton>
        )}
      >
        {ledgers.data?.map((each) => (
          <PopupLink
            key={each.id}
            href={`~${ledgerBase(each)}/overview`}
            isChosen={each.id === ledger.id}
            aside={each.currency}
          >
            {each.name}
          </PopupLink>
        ))}
        <PopupDivider />
        <PopupButton icon={IconPlus} onClick={() => setCreating(true)}>
          New ledger…
        </PopupButton>
      </PopupMenu>
      <Suspense>{isCreating && <CreateLedger onClose={() => setCreating(false)} />}</Suspense>
    </>
  );
}
