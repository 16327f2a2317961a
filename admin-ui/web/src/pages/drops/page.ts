import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{ path: '/drops', at: 'main', label: 'drops.title', order: 10, needs: 'drops.read' },
    load: () => import('./drops-page.tsx'),
  },
] satisfies PageDefinition[];
