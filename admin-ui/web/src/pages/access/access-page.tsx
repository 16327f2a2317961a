/** Who may join a drop, and how: access codes, people who skip the line, member classes. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Drop } from '../../api/contract.ts';
import { dropQuery } from '../../api/drops.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { useMay } from '../../session/session.ts';
import { Form, SubmitRow, useSubmit } from '../../ui/form.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Section } from '../../ui/section.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { Answered } from '../../ui/states.tsx';
import { tell } from '../../ui/toasts.tsx';
import { MemberFacts, WhoMayJoinFacts } from './access-facts.tsx';
import { CodeLists } from './code-lists.tsx';
import { MemberClasses } from './member-classes.tsx';

export default function AccessPage() {
  const t = useText();
  const { drop: id = '' } = useParams({ strict: false });
  const mayPlan = useMay()('drops.plan');
  const query = useQuery(dropQuery(id));
  return (
    <>
      <PageHeader level={2} title={t('access.title')}>
        {t('access.lead')}
      </PageHeader>
      <Answered query={query}>
        {(drop) => (
          <>
            {mayPlan ? (
              <WhoMayJoin key={`who ${drop.policyVersion}`} drop={drop} />
            ) : (
              <WhoMayJoinFacts drop={drop} />
            )}
            <CodeLists drop={drop} />
            {mayPlan ? (
              <MemberClasses key={`classes ${drop.policyVersion}`} drop={drop} />
            ) : (
              <MemberFacts drop={drop} />
            )}
          </>
        )}
      </Answered>
    </>
  );
}

function WhoMayJoin({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const save = useSaveAccess(drop);
  const [isRequired, require] = useState(drop.access.codeRequired);
  const submit = useSubmit(() => save({ codeRequired: isRequired }));
  return (
    <Section title={t('access.who')}>
      <Form submit={submit}>
        <SelectField
          name="access.codeRequired"
          label={t('access.who')}
          help={t('access.who-help')}
          value={isRequired ? 'code' : 'all'}
          onChange={(value) => require(value === 'code')}
          options={[
            { value: 'all', label: t('access.who-all') },
            { value: 'code', label: t('access.who-code') },
          ]}
        />
        <SubmitRow isBusy={submit.isBusy}>{t('ui.save')}</SubmitRow>
      </Form>
    </Section>
  );
}

/** Sent with the version that was read: nobody is overwritten. @throws ApiFault */
export function useSaveAccess(
  drop: Drop,
): (access: Partial<Record<keyof Drop['access'], unknown>>) => Promise<void> {
  const t = useText();
  const client = useQueryClient();
  return async (access) => {
    const { content } = await request<Drop>('PATCH', `/api/v1/drops/${drop.id}`, {
      body: { access },
      headers: { 'if-match': `"${drop.policyVersion}"` },
    });
    client.setQueryData(dropQuery(drop.id).queryKey, content);
    tell(t('access.saved'));
  };
}
