/** Recovery codes, shown this once: for the day every other second factor is lost. */
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';

export function Codes({ codes, onKept }: { readonly codes: readonly string[]; onKept(): void }) {
  const t = useText();
  return (
    <div className="note good" role="status">
      <p>
        <strong>{t('account.codes')}</strong> {t('account.codes-lead')}
      </p>
      <ol className="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <Button onPress={onKept}>{t('account.kept')}</Button>
    </div>
  );
}
