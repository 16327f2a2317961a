/**
 * Single keys for what has to be quick. Never while somebody types or a dialog is open, and they can be turned off
 * (WCAG 2.1.4): the choice is kept in this browser.
 */
import { useEffect, useRef, useState } from 'react';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';

const KEPT_AS = 'sluice.shortcuts';

export type Shortcuts = Readonly<Record<string, () => void>>;

export function useShortcuts(keys: Shortcuts, isOn: boolean): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    if (!isOn) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      if (
        target instanceof Element &&
        target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="alertdialog"]')
      )
        return;
      if (document.querySelector('[role="dialog"], [role="alertdialog"]')) return;
      // On a button these mean to press it.
      if (
        (event.key === 'Enter' || event.key === ' ') &&
        target instanceof Element &&
        target.closest('button, a, summary')
      )
        return;
      const act = current.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isOn]);
}

export function useShortcutsChoice(): [boolean, (isOn: boolean) => void] {
  const [isOn, set] = useState(() => localStorage.getItem(KEPT_AS) !== 'off');
  return [
    isOn,
    (wanted) => {
      localStorage.setItem(KEPT_AS, wanted ? 'on' : 'off');
      set(wanted);
    },
  ];
}

const ROWS = [
  { keys: ['+', '−'], says: 'control.key-step' },
  { keys: ['Enter'], says: 'control.key-apply' },
  { keys: ['Esc'], says: 'control.key-discard' },
  { keys: ['R'], says: 'control.key-rate' },
  { keys: ['U'], says: 'control.key-undo' },
  { keys: ['P'], says: 'control.key-pause' },
  { keys: ['M'], says: 'control.key-message' },
  { keys: ['?'], says: 'control.key-help' },
] as const;

export interface ShortcutHelpProps {
  readonly isOpen: boolean;
  readonly isOn: boolean;
  turn(isOn: boolean): void;
  onClose(): void;
}

export function ShortcutHelp({ isOpen, isOn, turn, onClose }: ShortcutHelpProps) {
  const t = useText();
  return (
    <Dialog isOpen={isOpen} title={t('control.keys')} onClose={onClose}>
      <dl className="keys">
        {ROWS.map(({ keys, says }) => (
          <div key={says}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(says)}</dd>
          </div>
        ))}
      </dl>
      <label className="check">
        <input type="checkbox" checked={isOn} onChange={({ target }) => turn(target.checked)} />
        {t('control.keys-on')}
      </label>
      <div className="actions">
        <Button onPress={onClose}>{t('control.dialog-close')}</Button>
      </div>
    </Dialog>
  );
}
