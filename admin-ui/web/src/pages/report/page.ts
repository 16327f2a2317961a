import { withMoreMessages } from '../../i18n/more-messages.ts';
import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{ path: '/drops/$drop/report', at: 'drop', label: 'report.title', order: 40, needs: 'drops.read' },
    load: () => withMoreMessages(() => import('./report-page.tsx')),
  },
  {
    ...{ path: '/drops/$drop/look-up', at: 'drop', label: 'look-up.title', order: 45, needs: 'drops.read' },
    load: () => withMoreMessages(() => import('./look-up-page.tsx')),
  },
] satisfies PageDefinition[];
