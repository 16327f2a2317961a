import { withMoreMessages } from '../../i18n/more-messages.ts';
import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{ path: '/orders', at: 'main', label: 'orders.title', order: 20, needs: 'orders.read' },
    load: () => withMoreMessages(() => import('./orders-page.tsx')),
  },
  {
    ...{ path: '/orders/$order', at: 'hidden', label: 'orders.one', order: 20, needs: 'orders.read' },
    load: () => withMoreMessages(() => import('./order-page.tsx')),
  },
  {
    ...{ path: '/drops/$drop/orders', at: 'drop', label: 'orders.title', order: 35, needs: 'orders.read' },
    load: () => withMoreMessages(() => import('./orders-page.tsx')),
  },
] satisfies PageDefinition[];
