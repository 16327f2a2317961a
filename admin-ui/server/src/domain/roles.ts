/** Who may be what. What each role may do is data: contract/access.ts. */

export const ROLES = ['owner', 'merchant', 'operator', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** What a route may ask for. Also the scopes of API keys, but for those that administer who may do what. */
export const PERMISSIONS = [
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
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Who has sent a request, and what they may. */
export interface Principal {
  readonly kind: 'account' | 'api-key' | 'operator-key';
  /** As the audit log names them; never a credential. */
  readonly actor: string;
  readonly permissions: readonly Permission[];
  /** Ids of the only drops they may see; null: all. */
  readonly drops: readonly string[] | null;
  /** A second factor was shown, or what they hold is one by itself. */
  readonly hasMfa: boolean;
  /** Until when dangerous acts need no new proof; null: they never do. */
  readonly freshUntil: Date | null;
  readonly account: { readonly id: string; readonly email: string; readonly role: Role } | null;
  readonly sessionId: string | null;
}
