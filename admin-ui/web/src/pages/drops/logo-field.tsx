/** The merchant's sign on the waiting page: sent as a picture, made ready by the server, taken off again. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { faultOf } from '../../api/api-fault.ts';
import type { Drop, LogoState } from '../../api/contract.ts';
import { dropQuery } from '../../api/drops.ts';
import { read, request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { FileButton } from '../../ui/file-button.tsx';

/** Re-encoding takes a moment. */
const REFRESH_MS = 1_000;

export function LogoField({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const client = useQueryClient();
  const address = `/api/v1/drops/${drop.id}/logo`;
  const query = useQuery({
    queryKey: ['logo', drop.id],
    queryFn: ({ signal }) => read<LogoState>(address, signal),
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? REFRESH_MS : false),
  });
  const settled = async () => {
    await client.invalidateQueries({ queryKey: ['logo', drop.id] });
    await client.invalidateQueries(dropQuery(drop.id));
  };
  const send = useMutation({
    mutationFn: (picture: File) => request('PUT', address, { body: picture, contentType: picture.type }),
    onSettled: settled,
  });
  const remove = useMutation({ mutationFn: () => request('DELETE', address), onSettled: settled });
  const fault = send.error ?? remove.error;
  const { status, logo, detail } = query.data ?? {};
  return (
    <fieldset className="logo">
      <legend>{t('drops.logo')}</legend>
      <p className="help">{t('drops.logo-help')}</p>
      {logo && (
        <img
          src={`${address}/image?${new URLSearchParams({ of: logo.hash })}`}
          alt={t('drops.logo-now')}
          width={logo.width / 2}
          height={logo.height / 2}
        />
      )}
      <div role="status">
        {status === 'pending' && <p className="help">{t('drops.logo-pending')}</p>}
        {status === 'refused' && (
          <p className="fault">
            {t(/smaller/.test(detail ?? '') ? 'drops.logo-too-rich' : 'drops.logo-undecodable')}
          </p>
        )}
      </div>
      {fault && <FaultNote fault={faultOf(fault)} />}
      <div className="actions">
        <FileButton
          accept="image/png,image/jpeg,image/webp"
          onChoose={(chosen) => send.mutate(chosen)}
          isPending={send.isPending}
        >
          {t(logo ? 'drops.logo-other' : 'drops.logo-choose')}
        </FileButton>
        {logo && (
          <Button variant="quiet" onPress={() => remove.mutate()} isPending={remove.isPending}>
            {t('drops.logo-remove')}
          </Button>
        )}
      </div>
    </fieldset>
  );
}
