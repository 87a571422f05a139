import { Badge } from '@mantine/core';
import type { SeenCredential } from '../client/contract.js';

/** Shown for as long as the secret is not safe on its way to the host. */
export function TlsBadge({ tls }: Pick<SeenCredential, 'tls'>) {
  if (tls === null || tls.warning === null) return null;
  return (
    <Badge variant="outline" color="orange" size="sm" title={tls.warning.text}>
      {tls.mode === 'none' ? 'No TLS' : 'TLS not verified'}
    </Badge>
  );
}
