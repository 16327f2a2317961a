import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    path: '/sign-in',
    at: 'public',
    label: 'sign-in.title',
    order: 0,
    load: () => import('./sign-in-page.tsx'),
  },
  { path: '/enrol', at: 'public', label: 'enrol.title', order: 1, load: () => import('./enrol-page.tsx') },
  {
    path: '/forgotten',
    at: 'public',
    label: 'forgotten.title',
    order: 2,
    load: () => import('./forgotten-page.tsx'),
  },
] satisfies PageDefinition[];
