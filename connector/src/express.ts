/** `@sluice/connector/express`: the connector as middleware for Express 4 and 5, Connect and every server that takes `(request, response, next)`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Admission, Connector } from './create-connector.ts';
import { decideNodeRequest, writeWebResponse } from './node-http.ts';

declare global {
  // Express's own place for members that middleware adds.
  namespace Express {
    interface Request {
      /** The admission of a request to a protected path, null elsewhere. */
      sluice?: Admission | null;
    }
  }
}

interface ExpressRequest extends IncomingMessage {
  readonly originalUrl?: string;
  readonly body?: unknown;
  sluice?: Admission | null;
}

export interface SluiceOptions {
  readonly connector: Connector;
}

/**
 * Middleware that lets admitted shoppers through and answers everyone else. Put it before body parsers and routes;
 * mounted below a path it still judges the whole path.
 *
 * @example
 * app.use(sluice({ connector }));
 */
export function sluice({ connector }: SluiceOptions) {
  return (
    request: ExpressRequest,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): Promise<void> =>
    decideNodeRequest(connector, request, { target: request.originalUrl, parsedForm: request.body }).then(
      (decision) => {
        if (decision.kind === 'answer') return writeWebResponse(response, decision.response);
        request.sluice = decision.admission;
        return next();
      },
      next,
    );
}
