/** The checkout's problems in a shopper's words. */

const TEXTS: Readonly<Record<string, string>> = {
  'sold-out':
    'Someone was quicker: there is not enough left of this. Reservations that lapse come back, so it can be worth another try.',
  'limit-exceeded': 'That is more than one shopper may have.',
  'admission-expired': 'The time to choose is over.',
  'admission-required': 'The checkout did not recognise you. Please choose again.',
  declined: 'The card was declined. Nothing was charged and your pair is still reserved; try another card.',
  'receipt-refused':
    'No receipt can be sent to that e-mail address. Nothing was charged; correct it, or leave it empty.',
  'payment-in-progress': 'A payment is under way already.',
  'payment-unavailable':
    'Payments cannot be taken at the moment. Your pair is still reserved; please try again.',
  'reservation-not-held': 'It is not reserved any more.',
  'invalid-request': 'Please choose at least one pair.',
};

/** Text for the problem's short name; one general sentence for those that have none. */
export function problemText(problem: string): string {
  return Object.hasOwn(TEXTS, problem)
    ? (TEXTS[problem] as string)
    : 'That did not work. Please try again in a moment.';
}
