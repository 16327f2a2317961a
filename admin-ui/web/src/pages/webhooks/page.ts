import { withMoreMessages } from '../../i18n/more-messages.ts';
import type { PageDefinition } from '../page-definition.ts';

export default [
  {
    ...{ path: '/webhooks', at: 'main', label: 'webhooks.title', order: 40, needs: 'webhooks.manage' },
    load: () => withMoreMessages(() => import('./webhooks-page.tsx')),
  },
  {
    ...{
      path: '/webhooks/$webhook',
      at: 'hidden',
      label: 'webhooks.one',
      order: 40,
      needs: 'webhooks.manage',
    },
    load: () => withMoreMessages(() => import('./webhook-page.tsx')),
  },
] satisfies PageDefinition[];
