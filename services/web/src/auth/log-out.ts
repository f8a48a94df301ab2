import { messageOf } from '../api/problem.ts';
import { logOut as endSession } from '../api/session.ts';
import { toast } from '../shell/toasts.tsx';

/** Logs out, or says that it did not work. */
export const logOut = (): void =>
  void endSession().catch((error: unknown) =>
    toast({ message: `You are still logged in. ${messageOf(error)}`, tone: 'bad' }),
  );
