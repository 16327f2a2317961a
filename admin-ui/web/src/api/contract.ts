/** What the control plane sends and takes, as types from its own contract: nothing of it is typed again here. */
import type { Static } from 'typebox';
import type {
  RecoveryCodes as RecoveryCodesSchema,
  SessionAnswer,
  SessionList as SessionListSchema,
  SignInWays as SignInWaysSchema,
  TotpAnswer,
} from '../../../server/src/contract/accounts.ts';
import type { CodesAnswer, MadeCodesAnswer } from '../../../server/src/contract/drop-access.ts';
import type { DropAnswer, DropListAnswer } from '../../../server/src/contract/drops.ts';
import type { ApplyAnswer, PlanAnswer } from '../../../server/src/contract/drops-as-code.ts';
import type { LiveAnswer } from '../../../server/src/contract/live.ts';
import type { LogoAnswer, ThemePreview } from '../../../server/src/contract/page-theme.ts';
import type {
  PasskeyAdded as PasskeyAddedSchema,
  PasskeyList as PasskeyListSchema,
} from '../../../server/src/contract/passkeys.ts';
import type { PreviewAnswer } from '../../../server/src/contract/previews.ts';
import type {
  EditedSeriesAnswer,
  SeriesAnswer,
  SeriesList as SeriesListSchema,
} from '../../../server/src/contract/series.ts';
import type { StockAnswer } from '../../../server/src/contract/stock.ts';

export type Session = Static<typeof SessionAnswer>;
export type SessionList = Static<typeof SessionListSchema>;
export type SignInWays = Static<typeof SignInWaysSchema>;
export type PasskeyList = Static<typeof PasskeyListSchema>;
export type PasskeyAdded = Static<typeof PasskeyAddedSchema>;
export type Permission = Session['permissions'][number];
export type Totp = Static<typeof TotpAnswer>;
export type RecoveryCodes = Static<typeof RecoveryCodesSchema>;
export type Drop = Static<typeof DropAnswer>;
export type DropList = Static<typeof DropListAnswer>;
export type DropsPlan = Static<typeof PlanAnswer>;
export type AppliedDrops = Static<typeof ApplyAnswer>;
export type ThemeCheck = Static<typeof ThemePreview>;
export type PreviewLink = Static<typeof PreviewAnswer>;
export type Stock = Static<typeof StockAnswer>;
export type LogoState = Static<typeof LogoAnswer>;
export type Series = Static<typeof SeriesAnswer>;
export type SeriesList = Static<typeof SeriesListSchema>;
export type EditedSeries = Static<typeof EditedSeriesAnswer>;
export type Codes = Static<typeof CodesAnswer>;
export type CodeBatch = Codes['batches'][number];
export type MadeCodes = Static<typeof MadeCodesAnswer>;
export type Live = Static<typeof LiveAnswer>;
export type LiveSample = Live['sample'];
export type LiveHistory = Live['history'];
export type LiveAct = Live['acts'][number];
