import { QueryClient } from '@tanstack/react-query';
import { RequestError } from './request.js';

/** What the server said for good is not asked again; what may pass is, twice. */
const mayPass = (error: Error) =>
  !(error instanceof RequestError) || error.status === 0 || error.status >= 500;

/** The cache of answers. It holds metadata only: values of secrets never go through it. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      retry: (failures, error) => failures < 2 && mayPass(error),
    },
  },
});
