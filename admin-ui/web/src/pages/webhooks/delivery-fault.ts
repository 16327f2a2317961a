/** Why an address was not told, in the language of the screen; the checkout keeps it as it found it. */
import { useText } from '../../i18n/language.tsx';

export function useDeliveryFault(): (error: string | null | undefined) => string {
  const t = useText();
  return (error) => {
    if (!error) return '–';
    const [, status] = /^answered (\d+)$/.exec(error) ?? [];
    if (status !== undefined) return t('webhooks.answered', { status });
    if (error === 'the target is disabled') return t('webhooks.was-off');
    if (/time.?out/i.test(error)) return t('webhooks.timed-out');
    // What the system calls it, where it says so: people look for that.
    const [code] = /\bE[A-Z]{4,}\b/.exec(error) ?? [];
    return [t('webhooks.unreachable'), code && `(${code})`].filter(Boolean).join(' ');
  };
}
