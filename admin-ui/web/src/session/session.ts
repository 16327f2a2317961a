/** Who is signed in, and what they may. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { faultOf } from '../api/api-fault.ts';
import type { PasskeyList, Permission, Session, SignInWays } from '../api/contract.ts';
import { read, request } from '../api/request.ts';

/** Null: nobody. Fails only when the control plane does not answer. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  async queryFn({ signal }): Promise<Session | null> {
    try {
      return (await request<Session>('GET', '/api/v1/session', { isProof: true, signal })).content;
    } catch (thrown) {
      if (faultOf(thrown).status === 401) return null;
      throw thrown;
    }
  },
  staleTime: 60_000,
});

/** How one can sign in here, beside password and passkey; for whoever is not. */
export const signInWaysQuery = queryOptions({
  queryKey: ['sign-in-ways'],
  queryFn: ({ signal }) => read<SignInWays>('/api/v1/sign-in-ways', signal),
  staleTime: Number.POSITIVE_INFINITY,
});

/** The passkeys of whoever is signed in. */
export const passkeysQuery = queryOptions({
  queryKey: ['passkeys'],
  queryFn: ({ signal }) => read<PasskeyList>('/api/v1/mfa/passkeys', signal),
});

/** Of pages that only somebody who is signed in gets to see. Where it has ended, the frame sends them away: until then a page is as it was. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  const known = useRef(data);
  if (data) known.current = data;
  if (!known.current) throw new Error('a page of somebody was shown to nobody');
  return known.current;
}

export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useSession();
  return (permission) => permissions.includes(permission);
}

/** Keeps the session that an answer told. */
export function useKeepSession(): (session: Session | null) => void {
  const client = useQueryClient();
  return (session) => client.setQueryData(sessionQuery.queryKey, session);
}
