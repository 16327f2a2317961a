/** Where somebody wanted to, kept in this tab while they are away at the OpenID provider. */

const KEPT_AS = 'sluice.return';

export function keepReturnAddress(address: string): void {
  sessionStorage.setItem(KEPT_AS, address);
}

/** Told once. */
export function takeReturnAddress(): string | null {
  const kept = sessionStorage.getItem(KEPT_AS);
  sessionStorage.removeItem(KEPT_AS);
  return kept;
}
