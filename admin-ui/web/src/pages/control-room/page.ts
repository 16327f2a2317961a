import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{ path: '/drops/$drop/control', at: 'drop', label: 'control.title', order: 20, needs: 'drops.read' },
    load: () => import('./control-page.tsx'),
  },
] satisfies PageDefinition[];
