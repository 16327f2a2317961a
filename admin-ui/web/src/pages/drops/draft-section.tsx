/** Takes a drop off the schedule as long as nobody is there, and puts it back. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { faultOf } from '../../api/api-fault.ts';
import type { Drop } from '../../api/contract.ts';
import { dropQuery } from '../../api/drops.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { useFaultText } from '../../ui/fault-note.tsx';
import { Section } from '../../ui/section.tsx';
import { tell } from '../../ui/toasts.tsx';

export function DraftSection({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const client = useQueryClient();
  const faultText = useFaultText();
  const act = drop.isDraft ? 'schedule' : 'unschedule';
  const change = useMutation({
    mutationFn: () =>
      request<Drop>('POST', `/api/v1/drops/${drop.id}/${act}`, {
        body: {},
        headers: { 'if-match': `"${drop.policyVersion}"` },
      }),
    onSuccess({ content }) {
      client.setQueryData(dropQuery(drop.id).queryKey, content);
      tell(t(`drops.${act}-done`));
    },
    onError: (thrown) => tell(faultText(faultOf(thrown)), 'bad'),
  });
  return (
    <Section title={t('drops.draft')} lead={t(`drops.${act}-lead`)}>
      <div className="actions">
        <Button isPending={change.isPending} onPress={() => change.mutate()}>
          {t(`drops.${act}`)}
        </Button>
      </div>
    </Section>
  );
}
