/** HTTP requests that are being answered, by the router and before it. */
export interface Traffic {
  inFlight: number;
}
