/** Why something could not be done: the kind of failure in words, and below what the machine said, for whoever looks for that. */
import { failureKind } from '../../domain/failure-kind.ts';
import { useText } from '../../i18n/language.tsx';

export function Failure({ error }: { readonly error: string | null | undefined }) {
  const t = useText();
  if (!error) return '–';
  const { kind, values } = failureKind(error);
  return (
    <>
      {t(`failure.${kind}`, values)}
      <code lang="en" translate="no" className="raw-error">
        {error}
      </code>
    </>
  );
}
