/** What every act works with: the stores, Redis and the checkout of one instance, made once. */
import type { FastifyBaseLogger } from 'fastify';
import type { CheckoutClient } from '../clients/checkout.ts';
import type { Projection } from '../projection/projection.ts';
import type { AuditLog } from '../store/audit-log.ts';
import type { DropStore } from '../store/drops.ts';
import type { SetupStore } from '../store/setups.ts';

export interface ControlPlane {
  readonly drops: DropStore;
  readonly audit: AuditLog;
  readonly setups: SetupStore;
  readonly projection: Projection;
  readonly checkout: CheckoutClient;
  readonly log: FastifyBaseLogger;
  /** Told of everything that was done. */
  readonly count: {
    act(act: string): void;
    projected(outcome: string): void;
    setUp(outcome: 'done' | 'failed'): void;
  };
}

/** The control plane itself, where it acts without an operator. */
export const SYSTEM = 'system';
