import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';

/** Worth another try without asking: nothing answered, or something on the way was not ready. */
const isPassing = (error: unknown) => error instanceof ApiProblem && [0, 502, 503, 504].includes(error.status);

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 5 * 60_000,
      networkMode: 'always', // offline is an error to show, not a silent pause
      retry: (failures, error) => failures < 2 && isPassing(error),
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
