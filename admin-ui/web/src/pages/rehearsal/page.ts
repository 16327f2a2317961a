import { withMoreMessages } from '../../i18n/more-messages.ts';
import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{
      path: '/drops/$drop/rehearsal',
      at: 'drop',
      label: 'rehearsal.title',
      order: 25,
      needs: 'drops.read',
    },
    load: () => withMoreMessages(() => import('./rehearsal-page.tsx')),
  },
] satisfies PageDefinition[];
