import { withMoreMessages } from '../../i18n/more-messages.ts';
import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{ path: '/drops', at: 'main', label: 'drops.title', order: 10, needs: 'drops.read' },
    load: () => import('./drops-page.tsx'),
  },
  {
    ...{ path: '/drops/new', at: 'hidden', label: 'drops.new', order: 11, needs: 'drops.plan' },
    load: () => import('./new-drop-page.tsx'),
  },
  {
    ...{ path: '/drops/$drop', at: 'drop', label: 'drops.plan', order: 10, needs: 'drops.read' },
    load: () => withMoreMessages(() => import('./plan-page.tsx')),
  },
  {
    ...{ path: '/drops/$drop/look', at: 'drop', label: 'drops.look', order: 15, needs: 'drops.read' },
    load: () => import('./look-page.tsx'),
  },
  {
    ...{ path: '/drops/$drop/stock', at: 'drop', label: 'stock.title', order: 30, needs: 'drops.read' },
    load: () => import('./stock-page.tsx'),
  },
] satisfies PageDefinition[];
