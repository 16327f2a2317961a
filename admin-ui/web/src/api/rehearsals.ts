/** Questions about rehearsals. */
import { queryOptions } from '@tanstack/react-query';
import type { RehearsalList } from './office-contract.ts';
import { read } from './request.ts';

/** Its crowd is counted anew each second. */
const REFRESH_MS = 2000;

/** Of a drop, or the one whose id it is. */
export const rehearsalsQuery = (drop: string) =>
  queryOptions({
    queryKey: ['rehearsals', drop],
    queryFn: ({ signal }) => read<RehearsalList>(`/api/v1/drops/${drop}/rehearsals`, signal),
    refetchInterval: REFRESH_MS,
  });
