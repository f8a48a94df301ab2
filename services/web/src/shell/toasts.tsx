import { Button, CloseButton } from '@mantine/core';
import { IconAlertCircle, IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import classes from './toasts.module.css';

interface Toast {
  message: string;
  tone?: 'good' | 'bad';
  action?: { label: string; run: () => void };
}

let nextId = 1;
let shown: readonly (Toast & { id: number })[] = [];
const listeners = new Set<() => void>();
const change = (next: typeof shown) => {
  shown = next;
  for (const listener of listeners) listener();
};
const dismiss = (id: number) => change(shown.filter((toast) => toast.id !== id));
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

/** Says what happened, at the screen's edge and to screen readers; three at a time, the newest below. */
export const toast = (content: Toast): void => change([...shown, { ...content, id: nextId++ }].slice(-3));

/** A person needs longer where there is something to decide. */
const shownMs = { plain: 5_000, action: 10_000 };

export function Toasts() {
  const toasts = useSyncExternalStore(subscribe, () => shown);
  return (
    <div className={classes.region} role="status" aria-live="polite">
      {toasts.map((item) => (
        <ToastCard key={item.id} toast={item} onDismiss={() => dismiss(item.id)} />
      ))}
    </div>
  );
}

function ToastCard({ toast: { message, tone = 'good', action }, onDismiss }: { toast: Toast; onDismiss: () => void }) {
  const [isHeld, setHeld] = useState(false);
  const lifeMs = action ? shownMs.action : shownMs.plain;
  // biome-ignore lint/correctness/useExhaustiveDependencies: onDismiss is new with every render of the list
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(onDismiss, lifeMs);
    return () => clearTimeout(timer);
  }, [isHeld, lifeMs]);
  const Icon = tone === 'good' ? IconCircleCheck : IconAlertCircle;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointer and focus only hold the clock, the buttons act
    <div
      className={classes.toast}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon size={20} className={tone === 'good' ? classes.good : classes.bad} aria-hidden />
      <span className={classes.message}>{message}</span>
      {action && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            onDismiss();
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <CloseButton size="sm" aria-label="Dismiss message" onClick={onDismiss} />
    </div>
  );
}
