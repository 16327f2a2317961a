/** Every problem type of the checkout: status and title. docs/problems/<type>.md explains each; details come from where it is raised. */
export const PROBLEMS = {
  'admission-required': { status: 401, title: 'Admission by the waiting room is required' },
  'admission-refused': { status: 401, title: 'The admission is not valid here' },
  'keys-unavailable': { status: 503, title: 'Admissions can not be checked at the moment' },
  'several-sessions': { status: 400, title: 'Sessions of several drops were presented' },
  'admission-expired': { status: 403, title: 'The time to start a reservation is over' },
  'bound-elsewhere': { status: 409, title: 'This admission is used in another browser' },
  'session-ended': { status: 410, title: 'The checkout session has ended' },
  'no-such-drop': { status: 404, title: 'There is no such drop' },
  'no-such-sku': { status: 404, title: 'There is no such SKU in this drop' },
  'no-such-reservation': { status: 404, title: 'There is no such reservation' },
  'no-such-order': { status: 404, title: 'There is no such order' },
  'sold-out': { status: 409, title: 'Sold out' },
  'limit-exceeded': { status: 409, title: 'More than one shopper may have' },
  'idempotency-key-reused': { status: 422, title: 'The idempotency key was used for something else' },
  'idempotency-key-in-flight': {
    status: 409,
    title: 'The first request with this key is still being decided',
  },
  'reservation-not-held': { status: 409, title: 'The reservation is not held any more' },
  'extension-refused': { status: 409, title: 'The hold can not be extended' },
  'payment-in-progress': { status: 409, title: 'A payment is under way' },
  'unknown-payment-method': { status: 400, title: 'There is no such payment method' },
  declined: { status: 402, title: 'The payment was declined' },
  'payment-unavailable': { status: 503, title: 'Payments can not be taken at the moment' },
  'stock-changed': { status: 412, title: 'The stock was moved by somebody else meanwhile' },
  'precondition-required': { status: 428, title: 'Say which state the change was decided by' },
  'not-enough-stock': { status: 409, title: 'Not so much is available' },
  overloaded: { status: 503, title: 'Too many requests at once' },
} as const;

export type ProblemType = keyof typeof PROBLEMS;
