/**
 * Who may do what, as data: every role, every route, every object. One test walks all of it; a route that is not in here
 * is not served.
 */
import type { Permission, Role } from '../domain/roles.ts';

export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  owner: [
    'drops.read',
    'drops.plan',
    'page.change',
    'drops.steer',
    'drops.override',
    'stock.move',
    'orders.read',
    'orders.change',
    'webhooks.manage',
    'audit.read',
    'accounts.manage',
    'keys.manage',
  ],
  merchant: [
    'drops.read',
    'drops.plan',
    'page.change',
    'drops.steer',
    'stock.move',
    'orders.read',
    'orders.change',
    'webhooks.manage',
  ],
  operator: [
    'drops.read',
    'page.change',
    'drops.steer',
    'drops.override',
    'stock.move',
    'orders.read',
    'webhooks.manage',
    'audit.read',
  ],
  viewer: ['drops.read', 'orders.read'],
};

/** What an API key may be given: nothing that makes accounts or keys. */
export const KEY_SCOPES = [
  'drops.read',
  'drops.plan',
  'page.change',
  'drops.steer',
  'drops.override',
  'stock.move',
  'orders.read',
  'orders.change',
  'webhooks.manage',
  'audit.read',
] as const satisfies readonly Permission[];

export interface RouteAccess {
  /** `nobody`: no credential; `sign-in`: any account that is signed in, about itself. */
  readonly needs: Permission | 'nobody' | 'sign-in' | 'operator-key';
  /**
   * What it is about: the `:drop` of its path, those of many drops the caller may see, or the whole installation, which
   * nobody may who is limited to some drops.
   */
  readonly object: 'drop' | 'list' | 'installation' | 'self';
  /** An account must have proven itself in the last minutes. */
  readonly isDangerous?: true;
  /** Writes, and an account without a second factor may all the same: it is how it gets one, or leaves. */
  readonly isOpenWithoutMfa?: true;
}

const drop = (needs: Permission, more: Partial<RouteAccess> = {}): RouteAccess => ({
  needs,
  object: 'drop',
  ...more,
});
const all = (needs: RouteAccess['needs'], more: Partial<RouteAccess> = {}): RouteAccess => ({
  needs,
  object: 'installation',
  ...more,
});
const self = (more: Partial<RouteAccess> = {}): RouteAccess => ({
  needs: 'sign-in',
  object: 'self',
  isOpenWithoutMfa: true,
  ...more,
});
const DANGEROUS = { isDangerous: true } as const;

/** Method and path as they are registered. */
export const ROUTES: Readonly<Record<string, RouteAccess>> = {
  'GET /api/v1/drops': { needs: 'drops.read', object: 'list' },
  'POST /api/v1/drops': all('drops.plan'),
  'GET /api/v1/drops/:drop': drop('drops.read'),
  'PATCH /api/v1/drops/:drop': drop('drops.plan'),
  'POST /api/v1/drops/:drop/clone': { needs: 'drops.plan', object: 'installation' },
  'POST /api/v1/drops/:drop/unschedule': drop('drops.plan'),
  'POST /api/v1/drops/:drop/schedule': drop('drops.plan'),
  'PATCH /api/v1/drops/:drop/page': drop('page.change'),
  // Shows what whoever reads the drop reads there, too; that a link was handed out is in the audit log.
  'POST /api/v1/drops/:drop/preview': drop('drops.read', { isOpenWithoutMfa: true }),
  'PUT /api/v1/drops/:drop/logo': drop('page.change'),
  'DELETE /api/v1/drops/:drop/logo': drop('page.change'),
  'GET /api/v1/drops/:drop/logo': drop('drops.read'),
  'GET /api/v1/drops/:drop/logo/image': drop('drops.read'),
  // A POST that changes nothing.
  'POST /api/v1/theme-preview': { needs: 'drops.read', object: 'list', isOpenWithoutMfa: true },
  'PATCH /api/v1/drops/:drop/admission': drop('drops.steer'),
  'POST /api/v1/drops/:drop/rate': drop('drops.steer'),
  'POST /api/v1/drops/:drop/pause': drop('drops.steer'),
  'POST /api/v1/drops/:drop/resume': drop('drops.steer'),
  'POST /api/v1/drops/:drop/drain': drop('drops.steer'),
  'POST /api/v1/drops/:drop/undo': drop('drops.steer'),
  'POST /api/v1/drops/:drop/heed-capacity': drop('drops.steer'),
  'POST /api/v1/drops/:drop/queue-all': drop('drops.override'),
  'POST /api/v1/drops/:drop/pass-through': drop('drops.override'),
  'POST /api/v1/drops/:drop/ignore-capacity': drop('drops.override'),
  'POST /api/v1/drops/:drop/close': drop('drops.override', DANGEROUS),
  'POST /api/v1/drops/:drop/revocations': drop('drops.override', DANGEROUS),
  'POST /api/v1/drops/:drop/rehearsals': drop('drops.steer'),
  'GET /api/v1/drops/:drop/rehearsals': drop('drops.read'),
  'POST /api/v1/drops/:drop/rehearsals/pass': drop('drops.steer'),
  'POST /api/v1/drops/:drop/rehearsals/stop': drop('drops.steer'),
  'GET /api/v1/drops/:drop/report': drop('drops.read'),
  // A POST that reads: what it is asked by is a secret.
  'POST /api/v1/drops/:drop/look-up': drop('drops.read', { isOpenWithoutMfa: true }),
  'GET /api/v1/drops/:drop/live': drop('drops.read'),
  'GET /api/v1/drops/:drop/instances': drop('drops.read'),
  'GET /api/v1/drops/:drop/acts': drop('drops.read'),
  'GET /api/v1/drops/:drop/stock': drop('drops.read'),
  'POST /api/v1/drops/:drop/stock': drop('stock.move'),
  'GET /api/v1/drops/:drop/stock/table': drop('drops.read'),
  'POST /api/v1/drops/:drop/stock/table': drop('stock.move'),

  'GET /api/v1/drops/:drop/codes': drop('drops.read'),
  'POST /api/v1/drops/:drop/codes': drop('drops.plan'),
  'POST /api/v1/drops/:drop/codes/:batch/revocation': drop('drops.plan'),

  'GET /api/v1/drops/:drop/products': drop('drops.read'),
  'GET /api/v1/export': { needs: 'drops.read', object: 'list' },
  'POST /api/v1/plan': all('drops.plan'),
  'POST /api/v1/apply': all('drops.plan'),
  'POST /api/v1/products': all('drops.plan'),

  // An order is of one drop, but its address does not say of which: what is of another drop is not there.
  'GET /api/v1/orders': { needs: 'orders.read', object: 'list' },
  'GET /api/v1/orders/export': { needs: 'orders.read', object: 'list' },
  'GET /api/v1/orders/:order': { needs: 'orders.read', object: 'list' },
  'POST /api/v1/orders/:order/refunds': { needs: 'orders.change', object: 'list', ...DANGEROUS },
  'POST /api/v1/orders/:order/cancellation': { needs: 'orders.change', object: 'list', ...DANGEROUS },
  'POST /api/v1/orders/:order/fulfilment': { needs: 'orders.change', object: 'list' },

  'GET /api/v1/webhooks': all('webhooks.manage'),
  'POST /api/v1/webhooks': all('webhooks.manage', DANGEROUS),
  'PATCH /api/v1/webhooks/:webhook': all('webhooks.manage', DANGEROUS),
  'DELETE /api/v1/webhooks/:webhook': all('webhooks.manage', DANGEROUS),
  'POST /api/v1/webhooks/:webhook/secret': all('webhooks.manage', DANGEROUS),
  'GET /api/v1/webhooks/:webhook/deliveries': all('webhooks.manage'),
  'POST /api/v1/webhooks/:webhook/replay': all('webhooks.manage'),
  'GET /api/v1/dead-jobs': all('webhooks.manage'),
  'POST /api/v1/dead-jobs/:job/replay': all('webhooks.manage'),

  'POST /api/v1/series': all('drops.plan'),
  'GET /api/v1/series': all('drops.read'),
  'GET /api/v1/series/:series': all('drops.read'),
  'PATCH /api/v1/series/:series': all('drops.plan'),
  'POST /api/v1/series/:series/end': all('drops.plan'),

  'GET /api/v1/audit': all('audit.read'),
  'GET /api/v1/audit/export': all('audit.read'),
  'GET /api/v1/audit/verification': all('audit.read'),

  'POST /api/v1/first-owner-link': all('operator-key'),
  'POST /api/v1/session': all('nobody'),
  'POST /api/v1/passkey-challenges': all('nobody'),
  'POST /api/v1/passkey-session': all('nobody'),
  'POST /api/v1/enrolment': all('nobody'),
  'POST /api/v1/password-reset': all('nobody'),
  'GET /api/v1/sign-in-ways': all('nobody'),
  'GET /api/v1/oidc/sign-in': all('nobody'),
  'GET /api/v1/oidc/callback': all('nobody'),

  'GET /api/v1/session': self(),
  'DELETE /api/v1/session': self(),
  'POST /api/v1/session/renewal': self(),
  'GET /api/v1/session/others': self(),
  'DELETE /api/v1/session/others/:session': self(),
  'POST /api/v1/mfa/totp': self(DANGEROUS),
  'POST /api/v1/mfa/totp/confirmation': self(DANGEROUS),
  'POST /api/v1/mfa/recovery-codes': self({ ...DANGEROUS }),
  'GET /api/v1/mfa/passkeys': self(),
  'POST /api/v1/mfa/passkeys/challenge': self(DANGEROUS),
  'POST /api/v1/mfa/passkeys': self(DANGEROUS),
  'DELETE /api/v1/mfa/passkeys/:passkey': self(DANGEROUS),
  'PUT /api/v1/password': self(DANGEROUS),

  'GET /api/v1/accounts': all('accounts.manage'),
  'POST /api/v1/accounts': all('accounts.manage', DANGEROUS),
  'PATCH /api/v1/accounts/:account': all('accounts.manage', DANGEROUS),
  'POST /api/v1/accounts/:account/reset': all('accounts.manage', DANGEROUS),
  'DELETE /api/v1/accounts/:account/mfa': all('accounts.manage', DANGEROUS),
  'DELETE /api/v1/accounts/:account/sessions': all('accounts.manage'),

  'GET /api/v1/keys': all('keys.manage'),
  'POST /api/v1/keys': all('keys.manage', DANGEROUS),
  'DELETE /api/v1/keys/:key': all('keys.manage'),
};
