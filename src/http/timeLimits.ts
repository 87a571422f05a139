/**
 * Of a connection, in milliseconds: headers, then the whole request, then the pause until the next. Node looks each second, and
 * swaps the first two where they are the other way round.
 */
export const TIME_LIMITS = {
  headersTimeout: 15_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 1_000,
} as const;
