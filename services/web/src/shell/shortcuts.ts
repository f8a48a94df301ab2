import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';

const storageKey = 'outlay-shortcuts';
const listeners = new Set<() => void>();
const areOn = () => localStorage.getItem(storageKey) !== 'off';

/** Single-key shortcuts get in the way of speech input, so they can be switched off (WCAG 2.1.4). */
export function setShortcuts(on: boolean): void {
  localStorage.setItem(storageKey, on ? 'on' : 'off');
  for (const listener of listeners) listener();
}
export const useShortcutsSetting = (): boolean =>
  useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, areOn);

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Runs on a single key, but not while someone types, a dialog or menu is open, or a modifier is held. */
export function useShortcut(key: string, run: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!areOn() || isTyping(event.target) || document.querySelector('[role=dialog], [role=menu], [role=listbox]'))
      return;
    event.preventDefault();
    run();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    addEventListener('keydown', listener);
    return () => removeEventListener('keydown', listener);
  }, []);
}
