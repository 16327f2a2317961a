/** How answers are kept: asked again when they are old, never thrown away because asking failed. */
import { QueryClient } from '@tanstack/react-query';
import { faultOf } from './api-fault.ts';

const RETRIES = 2;

export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // The browser's own idea of being online says nothing about the control plane.
        networkMode: 'always',
        staleTime: 2_000,
        retry: (failures, thrown) => faultOf(thrown).isPassing && failures < RETRIES,
        retryDelay: (failures) => 400 * 2 ** failures,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
