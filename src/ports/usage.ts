export interface UsageRow {
  credentialId: string;
  /** `used_by` of the request, or the caller's principal. */
  usedBy: string;
  usedAt: Date;
  /** A consumer's word on a value that it has; all other rows are values that were handed out, or could not be. */
  reported: boolean;
  /** That the value worked, where it is reported; else that it was handed out. */
  success: boolean;
  errorCode: string | null;
  purpose: string | null;
  /** A principal. */
  caller: string;
}
