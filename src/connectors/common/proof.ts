import { OutboundFailure } from '../../domain/testing/outbound.js';
import { ended, TestEnded, type TestWarning } from '../../domain/testing/testResult.js';

/**
 * What is only asked to tell more: once a credential is proven, nothing that fails here takes that back. Undefined
 * where it failed.
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
    text: `The credential is good, but ${what} could not be asked for this time.`,
  };
}

/**
 * The same refusal, told as `expired` where we know by ourselves that the credential is past its end: most services
 * tell an ended certificate or token like a wrong one.
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
      `Its time was over on ${end.toISOString().slice(0, 10)}; make a new one and store it.`,
      {
        expiresAt: end,
      },
    );
  }
}
