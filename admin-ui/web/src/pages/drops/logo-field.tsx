/** The merchant's sign on the waiting page: sent as a picture, made ready by the server, taken off again. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { faultOf } from '../../api/api-fault.ts';
import type { Drop } from '../../api/contract.ts';
import { dropQuery } from '../../api/drops.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { FileButton } from '../../ui/file-button.tsx';
import { LogoImage, logoAddress, logoKey, useLogo } from './logo-now.tsx';

export function LogoField({ drop }: { readonly drop: Drop }) {
  const t = useText();
  const client = useQueryClient();
  const address = logoAddress(drop.id);
  const query = useLogo(drop.id);
  const settled = async () => {
    await client.invalidateQueries({ queryKey: logoKey(drop.id) });
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
      {logo && <LogoImage drop={drop.id} logo={logo} />}
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
