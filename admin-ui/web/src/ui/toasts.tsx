/** Short news of what was done, told to screen readers, and gone by themselves unless they are bad. */
import { useSyncExternalStore } from 'react';
import { useText } from '../i18n/language.tsx';
import { Button } from './button.tsx';

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly tone: 'good' | 'bad';
}

/** Long enough to be read twice; WCAG asks for a way to keep it, which hovering and focus are. */
const SHOWN_MS = 8_000;
const SHOWN_MAX = 4;

let toasts: readonly Toast[] = [];
let count = 0;
const listeners = new Set<() => void>();

function become(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

const dismiss = (id: number): void => become(toasts.filter((toast) => toast.id !== id));

/** Bad news stays until it is dismissed. */
export function tell(text: string, tone: Toast['tone'] = 'good'): void {
  const id = ++count;
  become([...toasts, { id, text, tone }].slice(-SHOWN_MAX));
  if (tone === 'good') setTimeout(() => dismissUnlessHeld(id), SHOWN_MS);
}

function dismissUnlessHeld(id: number): void {
  const element = document.querySelector(`[data-toast="${id}"]`);
  if (element?.matches(':hover, :focus-within')) setTimeout(() => dismissUnlessHeld(id), 1_000);
  else dismiss(id);
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Toasts() {
  const t = useText();
  const shown = useSyncExternalStore(listen, () => toasts);
  return (
    <section className="toasts" aria-label={t('ui.news')} aria-live="polite" aria-relevant="additions">
      {shown.map(({ id, text, tone }) => (
        <div key={id} className={`toast ${tone}`} data-toast={id}>
          <p>{text}</p>
          <Button variant="quiet" aria-label={t('ui.dismiss')} onPress={() => dismiss(id)}>
            <span aria-hidden="true">✕</span>
          </Button>
        </div>
      ))}
    </section>
  );
}
