import { withMoreMessages } from '../../i18n/more-messages.ts';
import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{ path: '/people', at: 'main', label: 'people.title', order: 30, needs: 'accounts.manage' },
    load: () => withMoreMessages(() => import('./people-page.tsx')),
  },
] satisfies PageDefinition[];
