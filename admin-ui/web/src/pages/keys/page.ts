import { withMoreMessages } from '../../i18n/more-messages.ts';
import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{ path: '/keys', at: 'main', label: 'keys.title', order: 35, needs: 'keys.manage' },
    load: () => withMoreMessages(() => import('./keys-page.tsx')),
  },
] satisfies PageDefinition[];
