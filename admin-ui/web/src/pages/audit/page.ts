import { withMoreMessages } from '../../i18n/more-messages.ts';
import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{ path: '/audit', at: 'main', label: 'audit.title', order: 45, needs: 'audit.read' },
    load: () => withMoreMessages(() => import('./audit-page.tsx')),
  },
] satisfies PageDefinition[];
