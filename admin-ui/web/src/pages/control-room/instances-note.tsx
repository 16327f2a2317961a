/** "3 of 3 instances on v42", and who lags. */
import type { LiveSample } from '../../api/contract.ts';
import { useText } from '../../i18n/language.tsx';
import { Badge } from '../../ui/badge.tsx';

export function InstancesNote({ sample }: { readonly sample: LiveSample }) {
  const t = useText();
  const { total, onVersion, laggards } = sample.instances;
  return (
    <div className="instances">
      <p>
        <Badge tone={total > 0 && onVersion === total ? 'good' : 'warning'}>
          {total === 0
            ? t('control.no-instance')
            : t('control.instances', { onVersion, total, version: String(sample.policyVersion) })}
        </Badge>
      </p>
      {laggards.length > 0 && (
        <ul>
          {laggards.map(({ id, policyVersion, silentForMs, status }) => (
            <li key={id}>
              {status === 'silent'
                ? t('control.laggard-silent', { id, seconds: Math.round(silentForMs / 1000) })
                : t('control.laggard-behind', { id, version: String(policyVersion) })}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
