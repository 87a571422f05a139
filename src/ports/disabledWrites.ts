/** What a change does to who is disabled, and to what goes with them. */
export interface DisabledWrites {
  /** Of another issuer, or of a service account; twice is once. */
  disablePrincipal(principal: string, by: string, at: Date): Promise<void>;
  /** False when the principal was not disabled. */
  enablePrincipal(principal: string): Promise<boolean>;
  /** Until the end of the transaction nobody else makes an account of this principal, or disables those it made. */
  lockAccountsOf(principal: string): Promise<void>;
  /** The service accounts that the principal made; those that are disabled already stay as they are. */
  disableAccountsOf(principal: string, by: string, at: Date): Promise<void>;
  /** Those that `disableAccountsOf` disabled. */
  enableAccountsOf(principal: string): Promise<void>;
  /** What somebody put off is open again. */
  endSnoozesOf(principal: string, at: Date): Promise<void>;
}
