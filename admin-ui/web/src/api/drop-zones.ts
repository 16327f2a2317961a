/** The zones that drops are shown in, for lists of what belongs to several of them. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { dropsQuery } from './drops.ts';

/** UTC for those that are not among the latest. */
export function useDropZones(): (drop: string | null) => string {
  const { data } = useInfiniteQuery({ ...dropsQuery, staleTime: 60_000 });
  // The same function for the same answer: tables are drawn anew with another one, and whoever had the focus in them loses it.
  return useMemo(() => {
    const zones = new Map(
      data?.pages.flatMap(({ drops }) => drops).map(({ id, timeZone }) => [id, timeZone]),
    );
    return (drop) => zones.get(drop ?? '') ?? 'UTC';
  }, [data]);
}

/** Ids and names of the latest drops, to choose from. */
export function useDropChoices(): readonly { readonly value: string; readonly label: string }[] {
  const { data } = useInfiniteQuery({ ...dropsQuery, staleTime: 60_000 });
  return data?.pages.flatMap(({ drops }) => drops).map(({ id, name }) => ({ value: id, label: name })) ?? [];
}

/** Its id for those that are not among the latest. */
export function useDropNames(): (drop: string) => string {
  const { data } = useInfiniteQuery({ ...dropsQuery, staleTime: 60_000 });
  return useMemo(() => {
    const names = new Map(data?.pages.flatMap(({ drops }) => drops).map(({ id, name }) => [id, name]));
    return (drop) => names.get(drop) ?? drop;
  }, [data]);
}
