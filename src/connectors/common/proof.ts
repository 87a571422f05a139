import { OutboundFailure } from '../../domain/testing/outbound.js';
import { ended, TestEnded, type TestWarning } from '../../domain/testing/testResult.js';

/**
 * For additional details: once a credential is proven, a failure here does not take that back. Undefined if it
 * failed.
 */
export async function bestEffort<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof TestEnded || error instanceof OutboundFailure) return undefined;
    throw error;
  }
}

/** For what could not be asked, so that nothing is said of it. */
export function unproven(what: string): TestWarning {
  return {
    code: 'partly_unproven',
    text: `The credential works, but ${what} could not be checked this time.`,
  };
}

/**
 * The same refusal, reported as `expired` if we know that the credential has expired: most services answer an expired
 * certificate or token like a wrong one.
 */
export async function refusedOrExpired<T>(
  end: Date | null | undefined,
  now: Date,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const refused =
      (error instanceof TestEnded && error.finding.code === 'invalid_credential') ||
      (error instanceof OutboundFailure && error.reason === 'client_certificate_refused');
    if (!refused || !(end instanceof Date) || end > now) throw error;
    throw ended(
      'expired',
      `It expired on ${end.toISOString().slice(0, 10)}; create a new one and store it.`,
      {
        expiresAt: end,
      },
    );
  }
}
