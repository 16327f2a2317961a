/** A drop in three screens: what and when, what is sold, and a last look with every default in sight. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { ApiFault, type FieldFault, faultOf } from '../../api/api-fault.ts';
import type { Drop } from '../../api/contract.ts';
import { dropsQuery } from '../../api/drops.ts';
import { request } from '../../api/request.ts';
import { DEFAULT_TEXTS, type PolicyTexts, policyChanges } from '../../domain/policy-table.ts';
import { type ProductLine, productOf } from '../../domain/product-lines.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';
import { LastLook } from './last-look.tsx';
import { emptyLine, ProductFields } from './product-fields.tsx';
import {
  isOpenQuestion,
  ownZone,
  ScheduleFields,
  type ScheduleTexts,
  scheduleOf,
} from './schedule-fields.tsx';
import './drops.css';

const STEPS = ['when', 'products', 'look'] as const;

export interface NewDrop {
  readonly name: string;
  readonly schedule: ScheduleTexts;
  readonly products: readonly ProductLine[];
  readonly currency: string;
  readonly perShopperLimit: string;
  /** Where shoppers go when it is their turn: that of the drop before it, until something else is said. */
  readonly shop: string;
  readonly policy: PolicyTexts;
}

export default function NewDropPage() {
  const t = useText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [step, go] = useState(0);
  const known = useInfiniteQuery(dropsQuery).data?.pages.flatMap(({ drops }) => drops);
  const usualShop = known?.find(({ page }) => page.defaultReturnTo !== null)?.page.defaultReturnTo ?? '';
  const [stated, setDrop] = useState<Omit<NewDrop, 'shop'> & { shop: string | null }>(() => ({
    ...{
      name: '',
      products: [emptyLine()],
      currency: 'EUR',
      perShopperLimit: '2',
      shop: null,
      policy: DEFAULT_TEXTS,
    },
    schedule: {
      ...{
        timeZone: ownZone(),
        opensAtLocal: '',
        opensAtChoice: null,
        closesAtLocal: '',
        closesAtChoice: null,
      },
    },
  }));
  const drop: NewDrop = { ...stated, shop: stated.shop ?? usualShop };
  const change = (part: Partial<NewDrop>) => setDrop((now) => ({ ...now, ...part }));
  const heading = useFocusOnStep(step);

  const submit = useSubmit(async () => {
    const missing = missingIn(drop, step, t('drops.must-say'), t('drops.must-choose'));
    if (missing.length > 0)
      throw new ApiFault(400, { type: 'invalid-request', errors: missing, isOwn: true });
    if (step < STEPS.length - 1) {
      // What the server refused on a later screen is still to be mended there.
      submit.refuse(submit.fault?.document.isOwn ? null : submit.fault);
      return go(step + 1);
    }
    try {
      const { content } = await request<Drop>('POST', '/api/v1/drops', { body: bodyOf(drop) });
      await client.invalidateQueries(dropsQuery);
      tell(t('drops.scheduled', { name: content.name }));
      await navigate({ to: '/drops/$drop', params: { drop: content.id } as never });
    } catch (thrown) {
      const fault = faultOf(thrown);
      go(stepOf(fault.fields) ?? step);
      throw fault;
    }
  });

  return (
    <>
      <PageHeader title={t('drops.new')}>{t('drops.new-lead')}</PageHeader>
      <ol className="steps">
        {STEPS.map((name, index) => (
          <li key={name} aria-current={index === step ? 'step' : undefined}>
            {t(`drops.step-${name}`)}
          </li>
        ))}
      </ol>
      <Form submit={submit} className="form wizard">
        <h2 ref={heading} tabIndex={-1}>
          {t(`drops.step-${STEPS[step]}`)}
        </h2>
        {step === 0 && (
          <>
            <TextField
              name="name"
              label={t('drops.name')}
              help={t('drops.name-help')}
              value={drop.name}
              onChange={(name) => change({ name })}
              isRequired
              autoFocus
            />
            <ScheduleFields schedule={drop.schedule} onChange={(schedule) => change({ schedule })} />
          </>
        )}
        {step === 1 && (
          <ProductFields
            products={drop.products}
            currency={drop.currency}
            onChange={(products) => change({ products })}
            submit={submit}
          />
        )}
        {step === 2 && (
          <LastLook drop={drop} isUsualShop={stated.shop === null && usualShop !== ''} onChange={change} />
        )}
        <div className="actions">
          {step > 0 && <Button onPress={() => go(step - 1)}>{t('drops.back')}</Button>}
          <Button type="submit" variant="primary" isPending={submit.isBusy}>
            {t(step < STEPS.length - 1 ? 'drops.next' : 'drops.schedule')}
          </Button>
        </div>
      </Form>
    </>
  );
}

/** Another screen is read from its heading on; the first keeps the focus in its first field. */
function useFocusOnStep(step: number) {
  const heading = useRef<HTMLHeadingElement>(null);
  const last = useRef(step);
  useEffect(() => {
    if (last.current !== step) heading.current?.focus();
    last.current = step;
  }, [step]);
  return heading;
}

function bodyOf({ name, schedule, products, currency, perShopperLimit, shop, policy }: NewDrop) {
  const limit = Number(perShopperLimit);
  return {
    ...{ name, ...scheduleOf(schedule), currency },
    products: products.map((line) => productOf(line, currency)),
    admission: policyChanges(DEFAULT_TEXTS, policy),
    perShopperLimit: Number.isInteger(limit) ? limit : perShopperLimit,
    page: { returnOrigins: [URL.canParse(shop) ? new URL(shop).origin : shop], defaultReturnTo: shop },
  };
}

/** What a screen must say before the next one; everything else the server judges. */
function missingIn(drop: NewDrop, step: number, reason: string, choose: string): FieldFault[] {
  const empty = (field: string, text: string): FieldFault[] =>
    text.trim() === '' ? [{ field: `body.${field}`, reason }] : [];
  if (step === 0) {
    const { timeZone, opensAtLocal, opensAtChoice, closesAtLocal, closesAtChoice } = drop.schedule;
    return [
      ...empty('name', drop.name),
      ...empty('opensAtLocal', opensAtLocal),
      ...(isOpenQuestion(opensAtLocal, timeZone, opensAtChoice)
        ? [{ field: 'body.opensAtLocal', reason: choose }]
        : []),
      ...(isOpenQuestion(closesAtLocal, timeZone, closesAtChoice)
        ? [{ field: 'body.closesAtLocal', reason: choose }]
        : []),
    ];
  }
  if (step > 1) return empty('page.defaultReturnTo', drop.shop);
  return drop.products.flatMap(({ name, stock, price }, index) => [
    ...empty(`products.${index}.name`, name),
    ...empty(`products.${index}.stock`, stock),
    ...empty(`products.${index}.priceMinor`, price),
  ]);
}

/** The first screen that has one of the fields. */
function stepOf(fields: readonly FieldFault[]): number | undefined {
  const steps = fields.map(({ field }) => {
    if (/^body\.(name|opensAt|closesAt|timeZone)/.test(field)) return 0;
    return field.startsWith('body.products') ? 1 : 2;
  });
  return steps.length === 0 ? undefined : Math.min(...steps);
}
