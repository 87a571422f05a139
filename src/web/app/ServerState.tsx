import { Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { send } from '../client/request.js';
import { SERVER_STATE_KEY } from '../parts/Problem.js';
import classes from './ServerState.module.css';

interface Ready {
  vault?: string;
  postgres?: string;
}

/** How the broker is, as its readiness probe says. A broker that is not ready answers 503 with the same members. */
async function readiness(): Promise<Ready> {
  const response = await send('GET', '/readyz');
  return (await response.json()) as Ready;
}

const isWell = (ready: Ready | undefined, error: unknown): boolean =>
  error === null && ready?.vault === 'ok' && ready.postgres === 'ok';

const SENTENCES: Readonly<Record<string, (name: string) => string>> = {
  ok: (name) => `${name} answers.`,
  login_ends: (name) => `The broker's login at ${name} ends soon. Give the broker a new login.`,
  sealed: (name) => `${name} is sealed. Unseal it.`,
};

/** Vault and Postgres as dots, each with a sentence on hover, focus and tap. */
export function ServerState() {
  const { data, isError } = useQuery({
    queryKey: [SERVER_STATE_KEY],
    queryFn: readiness,
    refetchInterval: ({ state }) => (isWell(state.data, state.error) ? 15_000 : 3_000),
    retry: false,
  });
  const parts = [
    ['Vault', isError ? 'unreachable' : data?.vault],
    ['Postgres', isError ? 'unreachable' : data?.postgres],
  ] as const;
  return parts.map(([name, state]) => {
    if (state === undefined) return null;
    const sentence = isError
      ? 'The broker does not answer. Check your network.'
      : (SENTENCES[state]?.(name) ?? `${name} does not answer. The page works again when it does.`);
    return (
      <Tooltip key={name} label={sentence} events={{ hover: true, focus: true, touch: true }}>
        <button
          type="button"
          className={classes['dot']}
          aria-label={`${name}: ${sentence}`}
          data-ok={state === 'ok' || undefined}
        >
          <span aria-hidden="true">{state === 'ok' ? '●' : '✕'}</span> {name}
        </button>
      </Tooltip>
    );
  });
}
