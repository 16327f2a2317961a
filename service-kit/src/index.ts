/** Plumbing that all services share. No domain word in here. */

export { AnswerHead } from './answer-head.ts';
export { type CreateAppOptions, createApp } from './app.ts';
export { brokenTexts } from './broken-texts.ts';
export { clientAddressKey, createClientKey, createIsSecure } from './client-address.ts';
export { ConfigError, loadConfig, SERVICE_VARIABLES } from './config.ts';
export {
  type AnswerFirst,
  bytesAsText,
  type DirectAnswers,
  type DirectRequest,
  type PreparedAnswer,
  prepareRefusal,
} from './direct-answers.ts';
export { answerError } from './error-handler.ts';
export { FixedWindowLimiter, type KeptCount } from './fixed-window-limiter.ts';
export { addReadiness } from './health.ts';
export { createInternalApp } from './internal-app.ts';
export { createLogger } from './logger.ts';
export { createMailProvider } from './mail-provider.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export type { MailAddress, Notification, NotificationProvider } from './notification-provider.ts';
export { Outbox } from './outbox.ts';
export { pickLanguage } from './pick-language.ts';
export { connectPostgres } from './postgres.ts';
export { KIT_PROBLEMS, Problem, type ProblemTable, problem, registerProblems } from './problem.ts';
export { registerRateLimits, tooManyRequests } from './rate-limits.ts';
export { rawHeader } from './raw-header.ts';
export { anotherConnection, connectRedis, openRedis, primariesOf, REDIS_URL, timeOf } from './redis.ts';
export { type RepeatingJob, repeat } from './repeat.ts';
export { runService } from './run-service.ts';
export { SECURITY_HEADERS } from './security-headers.ts';
export { requireServiceToken } from './service-token.ts';
export { createSharedCounts, type TakeOne } from './shared-counts.ts';
export { isStoreFault } from './store-fault.ts';
export { untilReached } from './until-reached.ts';
export { compileBodyCheck } from './validation.ts';
