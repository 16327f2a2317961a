/** Front of the package: everything public, nothing else. The Fastify plugin stands in `@sluice/connector/fastify`. */

export { bindOf } from './bind-of.ts';
export { CALLBACK_PATH } from './callback.ts';
export type { AdmissionClaims } from './claims.ts';
export {
  type AdmissionVerdict,
  type AdmissionVerifier,
  type AdmissionVerifierOptions,
  createAdmissionVerifier,
  type PresentedAdmission,
} from './create-admission-verifier.ts';
export {
  type Admission,
  type Connector,
  type ConnectorDecision,
  type ConnectorOptions,
  createConnector,
} from './create-connector.ts';
export { createSecret } from './create-secret.ts';
export type { JwksSource } from './key-set.ts';
export { verifyAdmissionToken } from './verify-admission-token.ts';
export { DROP_ID, REFUSAL_REASONS, type RefusalReason } from './words.ts';
