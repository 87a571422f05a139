/** Of commands by which an admin may open what others own. */
export const REASON = [
  '--reason <text>',
  'reason for opening credentials of others as an admin; their owners are notified',
] as const;

export interface ReasonOption {
  reason?: string | undefined;
}

/** The header that says why. */
export function reasonHeader({ reason }: ReasonOption): Record<string, string> {
  return reason === undefined ? {} : { 'x-break-glass-reason': reason };
}
