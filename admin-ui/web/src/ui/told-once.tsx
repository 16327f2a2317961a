/** A secret that is shown this once: to be copied, and then gone. */
import { useText } from '../i18n/language.tsx';
import { Button } from './button.tsx';
import { tell } from './toasts.tsx';

export interface ToldOnceProps {
  readonly title: string;
  readonly lead: string;
  readonly secret: string;
  onKept(): void;
}

export function ToldOnce({ title, lead, secret, onKept }: ToldOnceProps) {
  const t = useText();
  return (
    <div className="note good" role="status">
      <p>
        <strong>{title}</strong> {lead}
      </p>
      <p>
        <code className="secret">{secret}</code>
      </p>
      <div className="actions">
        <Button
          onPress={() =>
            void navigator.clipboard.writeText(secret).then(
              () => tell(t('ui.copied')),
              () => tell(t('ui.not-copied'), 'bad'),
            )
          }
        >
          {t('ui.copy')}
        </Button>
        <Button onPress={onKept}>{t('ui.kept')}</Button>
      </div>
    </div>
  );
}
