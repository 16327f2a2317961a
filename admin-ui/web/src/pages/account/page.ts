import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    path: '/account',
    at: 'hidden',
    label: 'account.title',
    order: 0,
    load: () => import('./account-page.tsx'),
  },
] satisfies PageDefinition[];
