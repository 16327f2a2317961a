/** `@sluice/connector/hono`: the connector as Hono middleware, on Node and at the edge. Hono itself is only a type here. */
import type { MiddlewareHandler } from 'hono';
import type { Admission, Connector } from './create-connector.ts';

export interface SluiceOptions {
  readonly connector: Connector;
}

/** What the middleware puts into Hono's context: `context.get('sluice')`. */
export interface SluiceVariables {
  /** The admission of a request to a protected path, null elsewhere. */
  sluice: Admission | null;
}

/**
 * @example
 * const app = new Hono<{ Variables: SluiceVariables }>();
 * app.use(sluice({ connector }));
 */
export function sluice({ connector }: SluiceOptions): MiddlewareHandler<{ Variables: SluiceVariables }> {
  return async (context, next) => {
    const decision = await connector.decide(context.req.raw);
    if (decision.kind === 'answer') return decision.response;
    context.set('sluice', decision.admission);
    return next();
  };
}
