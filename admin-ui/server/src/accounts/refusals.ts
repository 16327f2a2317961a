/** Refused credentials and sign-ins, counted until the audit log takes them: an entry a minute, however many strangers try. */

/** Accounts told apart in one entry; more are counted together. */
const ACCOUNTS_MAX = 50;

export interface RefusalEntry {
  readonly act: 'key.refused' | 'sign-in.refused';
  readonly after: Readonly<Record<string, unknown>>;
}

export interface Refusals {
  /** A wrong key, session or token, or none. */
  credential(): void;
  /** @param account its address; null: there is none of that address */
  signIn(account: string | null, why: 'wrong' | 'throttled'): void;
  /** What has come together since the last time. */
  take(): RefusalEntry[];
}

export function createRefusals(): Refusals {
  let credentials = 0;
  let signIns = { accounts: new Map<string, number>(), unknown: 0, throttled: 0 };
  return {
    credential() {
      credentials++;
    },
    signIn(account, why) {
      const { accounts } = signIns;
      if (why === 'throttled') signIns.throttled++;
      if (account !== null && (accounts.has(account) || accounts.size < ACCOUNTS_MAX))
        accounts.set(account, (accounts.get(account) ?? 0) + 1);
      else signIns.unknown++;
    },
    take() {
      const entries: RefusalEntry[] = [];
      if (credentials > 0) entries.push({ act: 'key.refused', after: { count: credentials } });
      const { accounts, unknown, throttled } = signIns;
      if (accounts.size + unknown > 0)
        entries.push({
          act: 'sign-in.refused',
          after: { accounts: Object.fromEntries(accounts), unknown, throttled },
        });
      credentials = 0;
      signIns = { accounts: new Map(), unknown: 0, throttled: 0 };
      return entries;
    },
  };
}
