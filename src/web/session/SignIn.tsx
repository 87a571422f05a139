import { Alert, Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Session } from '../client/contract.js';
import { issuerAddress, listIssuers } from '../client/session.js';
import { SignInForm } from './SignInForm.js';

/** Why a sign-in with an issuer did not work, and what to do. */
const FAILURES: Readonly<Record<string, string>> = {
  login_expired: 'The sign-in took too long, or began in another browser. Try again.',
  cancelled: 'You or your organization cancelled the sign-in.',
  rejected: 'The answer of your organization does not prove who you are. Ask your administrator.',
  no_access: 'Your account has no access here. Ask your administrator for a role.',
  issuer_unavailable: 'Your organization does not answer. Try again later.',
  unavailable: 'The broker can not sign you in now. Try again later.',
  rate_limited: 'Too many sign-ins. Wait a minute, then try again.',
};

/** Every way to sign in: the issuers of the configuration, and name and password. */
export function SignIn({ onDone }: { onDone(session: Session): void }) {
  const { data } = useQuery({
    queryKey: ['issuers'],
    queryFn: listIssuers,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const issuers = data?.items ?? [];
  return (
    <Stack gap="lg">
      <Failure />
      {issuers.map(({ alias, name }) => (
        <Button key={alias} component="a" variant="default" href={issuerAddress(alias, whereToReturn())}>
          Sign in with {name}
        </Button>
      ))}
      {issuers.length > 0 && (
        <Text size="sm" className="dim" ta="center">
          or with a password
        </Text>
      )}
      <SignInForm onDone={onDone} />
    </Stack>
  );
}

function Failure() {
  const search = new URLSearchParams(location.search);
  const code = location.pathname === '/login' ? search.get('error') : null;
  if (code === null) return null;
  const requestId = /^[\w.-]{8,64}$/.exec(search.get('request_id') ?? '')?.[0];
  return (
    <Alert color="red" variant="light" role="alert">
      {FAILURES[code] ?? 'The sign-in did not work. Try again.'}
      {requestId !== undefined && (
        <Text size="sm" mt="xs">
          Request ID: <code className="mono">{requestId}</code>
        </Text>
      )}
    </Alert>
  );
}

/** The page that was asked for. */
const whereToReturn = (): string =>
  location.pathname === '/login' ? '/' : `${location.pathname}${location.search}`;
