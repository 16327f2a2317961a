import { withMoreMessages } from '../../i18n/more-messages.ts';
import type { PageDefinition } from '../page-definition.ts';

// Not below /drops: there it would take the address of a drop that is called so.
export default [
  {
    ...{ path: '/drops-file', at: 'hidden', label: 'files.import', order: 14, needs: 'drops.plan' },
    load: () => withMoreMessages(() => import('./import-page.tsx')),
  },
] satisfies PageDefinition[];
