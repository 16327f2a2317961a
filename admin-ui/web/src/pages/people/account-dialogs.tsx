/** Somebody invited, or somebody changed: role, drops, a new link, the second factor taken off, shut out. */
import { useState } from 'react';
import { type ApiFault, faultOf } from '../../api/api-fault.ts';
import { useDropChoices } from '../../api/drop-zones.ts';
import type { Account } from '../../api/office-contract.ts';
import { request } from '../../api/request.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { CheckboxGroup } from '../../ui/checkbox-group.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FaultNote } from '../../ui/fault-note.tsx';
import { Form, useSubmit } from '../../ui/form.tsx';
import { SelectField } from '../../ui/select-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { tell } from '../../ui/toasts.tsx';

export interface ToldLink {
  readonly email: string;
  readonly link: string;
}
interface Closing {
  onClose(link: ToldLink | null): void;
}
type Link = { readonly link: string | null };

const ROLES = ['owner', 'merchant', 'operator', 'viewer'] as const;
type Role = Account['role'];

interface RightsProps {
  readonly role: Role;
  onRole(role: Role): void;
  readonly drops: readonly string[] | null;
  onDrops(drops: readonly string[] | null): void;
}

/** What a role may, in a sentence, and to which drops it is limited. */
function Rights({ role, onRole, drops, onDrops }: RightsProps) {
  const t = useText();
  const choices = useDropChoices();
  const known = new Set(choices.map(({ value }) => value));
  const others = (drops ?? []).filter((id) => !known.has(id)).map((id) => ({ value: id, label: id }));
  return (
    <>
      <SelectField
        name="role"
        label={t('people.role')}
        help={t(`people.may-${role}`)}
        value={role}
        onChange={(value) => {
          onRole(value as Role);
          if (value === 'owner') onDrops(null);
        }}
        options={ROLES.map((one) => ({ value: one, label: t(`role.${one}`) }))}
      />
      {role !== 'owner' && (
        <SelectField
          name="limit"
          label={t('people.drops')}
          value={drops === null ? 'all' : 'some'}
          onChange={(value) => onDrops(value === 'all' ? null : [])}
          options={[
            { value: 'all', label: t('people.all-drops') },
            { value: 'some', label: t('people.only-some') },
          ]}
        />
      )}
      {drops !== null && (
        <CheckboxGroup
          name="drops"
          label={t('people.only-these')}
          options={[...choices, ...others]}
          value={drops}
          onChange={onDrops}
        />
      )}
    </>
  );
}

export function InvitationDialog({ onClose }: Closing) {
  const t = useText();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [drops, setDrops] = useState<readonly string[] | null>(null);
  const submit = useSubmit(async () => {
    const { content } = await request<Link>('POST', '/api/v1/accounts', {
      body: { email, name, role, drops },
    });
    tell(t(content.link === null ? 'people.mailed' : 'people.invited-now', { email }));
    onClose(content.link === null ? null : { email, link: content.link });
  });
  return (
    <Dialog isOpen title={t('people.invite')} onClose={() => onClose(null)}>
      <Form submit={submit}>
        <TextField
          name="email"
          type="email"
          label={t('people.email')}
          autoComplete="off"
          value={email}
          onChange={setEmail}
          isRequired
          autoFocus
        />
        <TextField
          name="name"
          label={t('people.name')}
          autoComplete="off"
          value={name}
          onChange={setName}
          isRequired
        />
        <Rights role={role} onRole={setRole} drops={drops} onDrops={setDrops} />
        <div className="actions">
          <Button onPress={() => onClose(null)}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" isPending={submit.isBusy}>
            {t('people.invite')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

export function AccountDialog({ account, onClose }: Closing & { readonly account: Account }) {
  const t = useText();
  const { id, email } = account;
  const [name, setName] = useState(account.name);
  const [role, setRole] = useState<Role>(account.role);
  const [drops, setDrops] = useState<readonly string[] | null>(account.drops);
  const path = `/api/v1/accounts/${id}`;
  const submit = useSubmit(async () => {
    await request('PATCH', path, { body: { name, role, drops } });
    tell(t('people.changed'));
    onClose(null);
  });
  const act = useSubmitWith(onClose);
  return (
    <Dialog
      isOpen
      size="large"
      title={t('people.change-one', { name: account.name })}
      onClose={() => onClose(null)}
    >
      <Form submit={submit}>
        <TextField
          name="name"
          label={t('people.name')}
          value={name}
          onChange={setName}
          isRequired
          autoFocus
        />
        <Rights role={role} onRole={setRole} drops={drops} onDrops={setDrops} />
        <div className="actions">
          <Button onPress={() => onClose(null)}>{t('ui.cancel')}</Button>
          <Button type="submit" variant="primary" isPending={submit.isBusy}>
            {t('people.save')}
          </Button>
        </div>
      </Form>
      {act.fault && <FaultNote fault={act.fault} />}
      <div className="actions">
        <Button
          onPress={() =>
            act.run(async () => {
              const { content } = await request<Link>('POST', `${path}/reset`, { body: {} });
              tell(t(content.link === null ? 'people.mailed' : 'people.reset-made', { email }));
              return content.link === null ? null : { email, link: content.link };
            })
          }
        >
          {t('people.reset')}
        </Button>
        <Button
          onPress={() =>
            act.run(async () => {
              await request('DELETE', `${path}/sessions`);
              tell(t('people.sessions-ended'));
              return null;
            })
          }
        >
          {t('people.end-sessions')}
        </Button>
        {account.isMfaSetUp && (
          <Button
            variant="danger"
            onPress={() =>
              act.run(async () => {
                const { content } = await request<Link>('DELETE', `${path}/mfa`);
                tell(t('people.mfa-off'));
                return content?.link ? { email, link: content.link } : null;
              })
            }
          >
            {t('people.take-mfa')}
          </Button>
        )}
        <Button
          variant={account.isDisabled ? 'plain' : 'danger'}
          onPress={() =>
            act.run(async () => {
              await request('PATCH', path, { body: { isDisabled: !account.isDisabled } });
              tell(t(account.isDisabled ? 'people.enabled-now' : 'people.disabled-now'));
              return null;
            })
          }
        >
          {t(account.isDisabled ? 'people.enable' : 'people.disable')}
        </Button>
      </div>
    </Dialog>
  );
}

/** One act at a time; closes when it was done. */
function useSubmitWith(onClose: Closing['onClose']) {
  const [fault, setFault] = useState<ApiFault | null>(null);
  return {
    fault,
    run(act: () => Promise<ToldLink | null>) {
      setFault(null);
      void act().then(onClose, (thrown: unknown) => setFault(faultOf(thrown)));
    },
  };
}
