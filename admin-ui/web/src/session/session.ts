/** Who is signed in, and what they may. */
import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { faultOf } from '../api/api-fault.ts';
import type { Permission, Session } from '../api/contract.ts';
import { request } from '../api/request.ts';

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

/** Of pages that only somebody who is signed in gets to see. */
export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error('a page of somebody was shown to nobody');
  return data;
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
