/** The zones that drops are shown in, for lists of what belongs to several of them. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { dropsQuery } from './drops.ts';

/** UTC for those that are not among the latest. */
export function useDropZones(): (drop: string | null) => string {
  const { data } = useInfiniteQuery({ ...dropsQuery, staleTime: 60_000 });
  const zones = new Map(data?.pages.flatMap(({ drops }) => drops).map(({ id, timeZone }) => [id, timeZone]));
  return (drop) => zones.get(drop ?? '') ?? 'UTC';
}

/** Ids and names of the latest drops, to choose from. */
export function useDropChoices(): readonly { readonly value: string; readonly label: string }[] {
  const { data } = useInfiniteQuery({ ...dropsQuery, staleTime: 60_000 });
  return data?.pages.flatMap(({ drops }) => drops).map(({ id, name }) => ({ value: id, label: name })) ?? [];
}
