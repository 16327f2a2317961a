import { withMoreMessages } from '../../i18n/more-messages.ts';
import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{ path: '/drops/$drop/access', at: 'drop', label: 'access.title', order: 18, needs: 'drops.read' },
    load: () => withMoreMessages(() => import('./access-page.tsx')),
  },
] satisfies PageDefinition[];
