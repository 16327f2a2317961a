/** When the control plane last answered, and whether it does: screens say how old they are by this. */
import { useSyncExternalStore } from 'react';

export interface Contact {
  readonly isLost: boolean;
  /** Null: it has not answered yet. */
  readonly lastAnswerAt: Date | null;
}

let contact: Contact = { isLost: false, lastAnswerAt: null };
const listeners = new Set<() => void>();

function become(next: Contact): void {
  contact = next;
  for (const listener of listeners) listener();
}

export function noteAnswer(): void {
  const now = new Date();
  // Once a second is enough for a clock; every answer would draw everything again.
  if (contact.isLost || now.getTime() - (contact.lastAnswerAt?.getTime() ?? 0) >= 1000)
    become({ isLost: false, lastAnswerAt: now });
}

export function noteSilence(): void {
  if (!contact.isLost) become({ ...contact, isLost: true });
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const currentContact = (): Contact => contact;

export const useIsContactLost = (): boolean => useSyncExternalStore(listen, () => contact.isLost);
export const useLastAnswerAt = (): Date | null => useSyncExternalStore(listen, () => contact.lastAnswerAt);
