/** How an address fares, in a word. */
import type { Webhook } from '../../api/office-contract.ts';
import { useText } from '../../i18n/language.tsx';
import { Badge } from '../../ui/badge.tsx';

export function WebhookState({ webhook }: { readonly webhook: Webhook }) {
  const t = useText();
  return (
    <>
      {!webhook.enabled ? (
        <Badge tone="danger">{t('webhooks.disabled')}</Badge>
      ) : webhook.failures > 0 ? (
        <Badge tone="warning">{t('webhooks.failing', { count: webhook.failures })}</Badge>
      ) : (
        <Badge tone="good">{t('webhooks.well')}</Badge>
      )}{' '}
      {webhook.dead > 0 && <Badge tone="danger">{t('webhooks.dead-count', { count: webhook.dead })}</Badge>}
    </>
  );
}
