/** RFC 9457 answers for clients that cannot follow a shopper's redirect. */

export interface ProblemMembers {
  readonly title: string;
  readonly detail: string;
  readonly [extra: string]: unknown;
}

/** A problem document; `type` becomes `https://sluice.dev/problems/<type>`. */
export function problemResponse(
  status: number,
  type: string,
  members: ProblemMembers,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify({ type: `https://sluice.dev/problems/${type}`, status, ...members }), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  });
}

/** A request that says something it may not: which part of it, and why. */
export function invalidRequest(
  field: string,
  reason: string,
  status = 400,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return problemResponse(
    status,
    'invalid-request',
    { title: 'Invalid request', detail: `${field} ${reason}`, errors: [{ field, reason }] },
    headers,
  );
}
