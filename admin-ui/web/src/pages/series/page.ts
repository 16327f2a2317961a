import { withMoreMessages } from '../../i18n/more-messages.ts';
import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{ path: '/series', at: 'main', label: 'series.title', order: 12, needs: 'drops.read' },
    load: () => withMoreMessages(() => import('./series-list-page.tsx')),
  },
  {
    ...{ path: '/series/$series', at: 'hidden', label: 'series.title', order: 13, needs: 'drops.read' },
    load: () => withMoreMessages(() => import('./series-page.tsx')),
  },
] satisfies PageDefinition[];
