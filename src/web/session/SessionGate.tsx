import { Modal, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react';
import type { Session } from '../client/contract.js';
import { queryClient } from '../client/queryClient.js';
import { onSessionEnded, RequestError } from '../client/request.js';
import { endSession, getSession } from '../client/session.js';
import { clearClipboard } from '../parts/clipboard.js';
import { Problem } from '../parts/Problem.js';
import { EndOfSession } from './EndOfSession.js';
import { NewPasswordForm } from './NewPasswordForm.js';
import { SignIn } from './SignIn.js';
import { SignInForm } from './SignInForm.js';
import { SignInPage } from './SignInPage.js';

const SessionContext = createContext<Session | null>(null);

/** The signed-in user. Only below `SessionGate`. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('no session');
  return session;
}

const KEY = ['session'];
const keep = (session: Session) => queryClient.setQueryData(KEY, session);

/** Ends the login and forgets everything that this page has in memory. */
export async function signOut(): Promise<void> {
  await endSession().catch((error: unknown) => {
    // Without a session there is nothing to end.
    if (!(error instanceof RequestError && error.status === 401)) throw error;
  });
  clearClipboard();
  queryClient.clear();
  sessionStorage.clear();
  location.assign('/');
}

/** Shows the page to who is signed in, and the sign-in to everybody else. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: KEY,
    queryFn: getSession,
    staleTime: Infinity,
  });
  if (isPending) return null;
  const isSignedOut = error instanceof RequestError && error.status === 401;
  if (data === undefined && !isSignedOut)
    return (
      <SignInPage title="Glassdome Credentials">
        <Problem error={error} onRetry={() => void refetch()} />
      </SignInPage>
    );
  if (data === undefined)
    return (
      <SignInPage title="Sign in to Glassdome Credentials">
        <SignIn onDone={keep} />
      </SignInPage>
    );
  if (data.must_change_password)
    return (
      <SignInPage title="Set a new password">
        <NewPasswordForm oneTime onDone={() => void refetch()} />
      </SignInPage>
    );
  return (
    <SessionContext value={data}>
      {children}
      <SignInAgain session={data} />
      <EndOfSession session={data} />
    </SessionContext>
  );
}

/** Over the page, so that nothing typed is lost. Requests that were refused wait for it, and are then sent again. */
function SignInAgain({ session }: { session: Session }) {
  const [isOpen, setOpen] = useState(false);
  const waiting = useRef<(() => void)[]>([]);
  useEffect(() => {
    onSessionEnded(() => {
      setOpen(true);
      return new Promise((resolve) => waiting.current.push(resolve));
    });
  }, []);
  const done = (next: Session) => {
    // Another person must not see what this one had open.
    if (next.principal !== session.principal) return location.reload();
    keep(next);
    setOpen(false);
    for (const resolve of waiting.current.splice(0)) resolve();
  };
  return (
    <Modal
      opened={isOpen}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title="Your session has ended"
    >
      <Text size="md" mb="md">
        Sign in again to go on. Nothing that you typed is lost.
      </Text>
      <SignInForm username={session.name} onDone={done} />
    </Modal>
  );
}
