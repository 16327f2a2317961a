/** What the back office sends and takes, as types from the server's own contract: nothing of it is typed again here. */
import type { Static } from 'typebox';
import type {
  AccountList as AccountListSchema,
  KeyAnswer,
  KeyList as KeyListSchema,
} from '../../../server/src/contract/accounts.ts';
import type { AuditVerdictAnswer, EntryList as EntryListSchema } from '../../../server/src/contract/audit.ts';
import type {
  FoundOrder,
  OrderList as OrderListSchema,
  OrderStory as OrderStorySchema,
} from '../../../server/src/contract/orders.ts';
import type { PassAnswer, RehearsalListAnswer } from '../../../server/src/contract/rehearsals.ts';
import type { LookUpAnswer, ReportAnswer } from '../../../server/src/contract/reports.ts';
import type {
  DeadJobList as DeadJobListSchema,
  DeliveryList as DeliveryListSchema,
  WebhookAnswer,
  WebhookList as WebhookListSchema,
  WebhookWithSecret,
} from '../../../server/src/contract/webhooks.ts';

export type Order = Static<typeof FoundOrder>;
export type OrderList = Static<typeof OrderListSchema>;
export type OrderStory = Static<typeof OrderStorySchema>;
export type AccountList = Static<typeof AccountListSchema>;
export type Account = AccountList['accounts'][number];
export type KeyList = Static<typeof KeyListSchema>;
export type Key = KeyList['keys'][number];
export type MadeKey = Static<typeof KeyAnswer>;
export type EntryList = Static<typeof EntryListSchema>;
export type Entry = EntryList['entries'][number];
export type AuditVerdict = Static<typeof AuditVerdictAnswer>;
export type Webhook = Static<typeof WebhookAnswer>;
export type MadeWebhook = Static<typeof WebhookWithSecret>;
export type WebhookList = Static<typeof WebhookListSchema>;
export type DeliveryList = Static<typeof DeliveryListSchema>;
export type Delivery = DeliveryList['deliveries'][number];
export type DeadJobList = Static<typeof DeadJobListSchema>;
export type DeadJob = DeadJobList['jobs'][number];
export type Report = Static<typeof ReportAnswer>;
export type LookUp = Static<typeof LookUpAnswer>;

export type RehearsalList = Static<typeof RehearsalListAnswer>;
export type StaffPass = Static<typeof PassAnswer>;
export type Rehearsal = RehearsalList['rehearsals'][number];
