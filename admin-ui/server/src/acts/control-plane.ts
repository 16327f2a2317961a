/** What every act works with: the stores, Redis and the checkout of one instance, made once. */
import type { FastifyBaseLogger } from 'fastify';
import type { CheckoutClient } from '../clients/checkout.ts';
import type { Crowds } from '../crowd/crowds.ts';
import type { ArchiveSource } from '../projection/archive-source.ts';
import type { DropReader } from '../projection/drop-log.ts';
import type { Journal } from '../projection/journal.ts';
import type { Projection } from '../projection/projection.ts';
import type { ArchiveStore } from '../store/archives.ts';
import type { AuditLog } from '../store/audit-log.ts';
import type { CodeUseStore } from '../store/code-uses.ts';
import type { DropStore } from '../store/drops.ts';
import type { KeptJournal } from '../store/journal-file.ts';
import type { LogoStore } from '../store/logos.ts';
import type { PeakStore } from '../store/peaks.ts';
import type { RehearsalStore } from '../store/rehearsals.ts';
import type { SeriesStore } from '../store/series.ts';
import type { SetupStore } from '../store/setups.ts';
import type { StaffPass } from './issue-pass.ts';
import type { Previews } from './issue-preview.ts';
import type { Ledger } from './ledger.ts';
import type { Rehearsing } from './start-rehearsal.ts';
import type { AuditVerdict } from './verify-audit.ts';

export interface ControlPlane {
  readonly drops: DropStore;
  readonly audit: AuditLog;
  /** Reads all of it, and compares it with the heads that were signed. */
  verifyAudit(): Promise<AuditVerdict>;
  readonly setups: SetupStore;
  readonly series: SeriesStore;
  readonly projection: Projection;
  readonly archives: ArchiveStore;
  readonly source: ArchiveSource;
  readonly reader: DropReader;
  readonly peaks: PeakStore;
  readonly codeUses: CodeUseStore;
  /** What access codes of a drop are made by. */
  readonly codeKeyOf: (drop: string) => string;
  readonly logos: LogoStore;
  /** For acts while Postgres does not answer. */
  readonly journal: Journal;
  readonly kept: KeptJournal;
  readonly ledger: Ledger;
  /** Null: the installation brings a checkout of its own, which keeps stock and orders to itself. */
  readonly checkout: CheckoutClient | null;
  readonly previews: Previews;
  /** For whoever is to have a place in a rehearsal. */
  readonly signPass: (pass: StaffPass) => string;
  readonly rehearsals: RehearsalStore;
  readonly crowds: Crowds;
  readonly rehearsing: Rehearsing;
  /** Rehearsals of the last day and what each is a copy of: whoever may see that may see it. */
  readonly rehearsed: Map<string, string>;
  readonly log: FastifyBaseLogger;
  /** Told of everything that was done. */
  readonly count: {
    act(act: string): void;
    projected(outcome: string): void;
    setUp(outcome: 'done' | 'failed'): void;
    archived(keys: number): void;
    archiveFailed(): void;
  };
}

/** What archiving works with: a command has no more. */
export type Archiving = Pick<ControlPlane, 'drops' | 'archives' | 'source' | 'log'> & {
  readonly count: Pick<ControlPlane['count'], 'archived' | 'archiveFailed'>;
};

/** The control plane itself, where it acts without an operator. */
export const SYSTEM = 'system';
