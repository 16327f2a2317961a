/** The member claim of a join, or the problem that says what is wrong with it. */
import { problem } from '@sluice/service-kit';
import { type Member, readMemberClaim } from '../admission/member-claims.ts';
import type { DropPage } from '../queue/queue.ts';

/**
 * A bad claim is refused, not ignored: whoever sends one expects the class it gives, and would wait at the wrong place.
 * @throws 400 `invalid-request` naming the field
 */
export async function readMember(page: DropPage, drop: string, claim: string): Promise<Member> {
  const verdict = page.members
    ? await readMemberClaim(page.members, drop, claim)
    : ({ ok: false, reason: 'is not taken: this drop has no member classes' } as const);
  if (verdict.ok) return verdict.member;
  throw problem('invalid-request', 'The member claim cannot be used.', {
    errors: [{ field: 'body.member', reason: verdict.reason }],
  });
}
