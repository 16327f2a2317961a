/** The last screen before a drop is scheduled: what was said, and everything that was not, with its default. */
import { useIntl } from 'react-intl';
import { meaningOf } from '../../domain/clock-times.ts';
import { DEFAULT_TEXTS, policyChanges } from '../../domain/policy-table.ts';
import { useText } from '../../i18n/language.tsx';
import { Moment } from '../../ui/moment.tsx';
import { TextField } from '../../ui/text-field.tsx';
import type { NewDrop } from './new-drop-page.tsx';
import { PolicyFields } from './policy-fields.tsx';

export interface LastLookProps {
  readonly drop: NewDrop;
  /** The address of the shop is that of the drop before: nobody has said it here. */
  readonly isUsualShop: boolean;
  onChange(part: Partial<NewDrop>): void;
}

export function LastLook({ drop, isUsualShop, onChange }: LastLookProps) {
  const t = useText();
  const intl = useIntl();
  const { schedule, policy } = drop;
  const opens = meaningOf(schedule.opensAtLocal, schedule.timeZone);
  const at = opens && (opens.kind === 'one' ? opens.at : opens[schedule.opensAtChoice ?? 'earlier'].at);
  const units = drop.products.reduce((sum, { stock }) => sum + (Number(stock) || 0), 0);
  const rate = Number(policy.ratePerMinute) || 0;
  const changed = Object.keys(policyChanges(DEFAULT_TEXTS, policy)).length;
  return (
    <>
      <dl className="facts in-two-columns">
        <dt>{t('drops.name')}</dt>
        <dd>{drop.name}</dd>
        <dt>{t('drops.opens')}</dt>
        <dd>{at && <Moment at={at} zone={schedule.timeZone} />}</dd>
        <dt>{t('drops.sells')}</dt>
        <dd>{t('drops.sells-told', { units, products: drop.products.length })}</dd>
        <dt>{t('drops.line')}</dt>
        <dd>
          {t(`drops.line-${policy.lobby}`, { minutes: Math.round((Number(policy.lobbySeconds) || 0) / 60) })}
        </dd>
        <dt>{t('drops.pace')}</dt>
        <dd>
          {t('drops.pace-told', {
            rate: intl.formatNumber(rate),
            minutes: rate > 0 ? Math.max(1, Math.ceil(units / rate)) : 0,
            hasRate: String(rate > 0),
          })}
        </dd>
      </dl>
      <TextField
        name="page.defaultReturnTo"
        type="url"
        label={t('drops.shop')}
        help={t(isUsualShop ? 'drops.shop-usual' : 'drops.shop-help')}
        value={drop.shop}
        onChange={(shop) => onChange({ shop })}
        isRequired
      />
      <div className="row">
        <TextField
          name="perShopperLimit"
          label={t('drops.limit')}
          inputMode="numeric"
          value={drop.perShopperLimit}
          onChange={(perShopperLimit) => onChange({ perShopperLimit })}
          isRequired
        />
        <TextField
          name="currency"
          label={t('drops.currency')}
          value={drop.currency}
          onChange={(currency) => onChange({ currency: currency.toUpperCase() })}
          maxLength={3}
          isRequired
        />
      </div>
      <details className="all-settings" open={changed > 0}>
        <summary>{t('drops.all-settings', { changed })}</summary>
        <PolicyFields texts={policy} onChange={(texts) => onChange({ policy: texts })} prefix="admission." />
      </details>
    </>
  );
}
