/** Questions about drops, one hook's worth each. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { Drop, DropList } from './contract.ts';
import { read } from './request.ts';

export const dropQuery = (id: string) =>
  queryOptions({
    queryKey: ['drop', id],
    queryFn: ({ signal }) => read<Drop>(`/api/v1/drops/${id}`, signal),
  });

const PER_ANSWER = 50;

export const dropsQuery = infiniteQueryOptions({
  queryKey: ['drops'],
  queryFn: ({ pageParam, signal }) =>
    read<DropList>(`/api/v1/drops?limit=${PER_ANSWER}${pageParam ? `&after=${pageParam}` : ''}`, signal),
  initialPageParam: '',
  getNextPageParam: ({ next }) => next,
});
