/**
 * What kind of failure an error of the checkout is, told by its text: services keep what they were thrown, and whoever repairs
 * something needs to know first whether it is them, the other side, or the way there. The text itself is shown beside it.
 */

/** A failure's kind as its message is called (`failure.<kind>`), with what stands in it. */
export interface FailureKind {
  readonly kind: Kind;
  readonly values: Readonly<Record<string, string>>;
}

/** The first that fits. What the checkout says itself comes before what systems and libraries say. */
const KINDS = [
  ['answered', /^answered (?<status>\d{3})$/],
  ['was-off', /^the target is disabled$/],
  ['not-public', /^(?:AddressRefusedError|the address )|does not lead to a public address/],
  ['no-provider', /^there is no payment provider "(?<name>[^"]*)"/],
  ['no-mail', /^this installation sends no mail/],
  ['still-pending', /^refund \S+ is still /],
  ['spared', /circuit breaker is open/i],
  ['timed-out', /time.?d? ?out|\bETIMEDOUT\b|\bESOCKETTIMEDOUT\b|\bTimeoutError\b/i],
  ['refused', /\bECONNREFUSED\b|connection refused/i],
  ['no-name', /\bENOTFOUND\b|\bEAI_AGAIN\b/],
  ['no-way', /\bE(?:HOST|NET)(?:UNREACH|DOWN)\b|ProviderUnreachableError/],
  [
    'broken-off',
    /\bECONNRESET\b|\bEPIPE\b|socket hang ?up|terminating connection|connection .*(?:closed|terminated|ended)/i,
  ],
  ['untrusted', /certificate|\bCERT_\w+|\bUNABLE_TO_\w+|\bERR_TLS\w*|self.?signed|\bEPROTO\b/i],
  ['no-access', /\b(?:401|403)\b|api key|invalid login|authenticat|unauthori[sz]ed|forbidden/i],
  ['too-many', /\b429\b|rate.?limit|too many requests/i],
  ['mail-refused', /recipients? (?:were |was )?rejected|\b55\d[ -]/i],
  [
    'database',
    /deadlock|could not serialize|violates .* constraint|statement timeout|relation .* does not exist/i,
  ],
  [
    'bug',
    /^(?:TypeError|ReferenceError|RangeError|SyntaxError|AssertionError)\b|\bis not (?:a function|defined|iterable)\b|Cannot read propert/,
  ],
] as const satisfies readonly (readonly [string, RegExp])[];

export type Kind = (typeof KINDS)[number][0] | 'other';

export const FAILURE_KINDS: readonly Kind[] = [...KINDS.map(([kind]) => kind), 'other'];

/** @param error as it was kept */
export function failureKind(error: string): FailureKind {
  for (const [kind, pattern] of KINDS) {
    const found = pattern.exec(error);
    if (found) return { kind, values: { ...found.groups } };
  }
  return { kind: 'other', values: {} };
}
