const reasons = new WeakMap<object, string>();

/** Skips the test, or from a hook all tests of its suite. The reason is printed at the end of the run. */
export function skipBecause(context: Mocha.Context, reason: string): never {
  const runnable = context.runnable() as Mocha.Runnable & { type: string };
  reasons.set(runnable.type === 'hook' && runnable.parent ? runnable.parent : runnable, reason);
  return context.skip();
}

/** Why a test was skipped: its own reason, or that of a suite around it. */
export function skipReason(test: Mocha.Runnable): string {
  let at: Mocha.Runnable | Mocha.Suite | undefined = test;
  for (; at !== undefined; at = at.parent) {
    const reason = reasons.get(at);
    if (reason !== undefined) return reason;
  }
  return 'no reason given';
}
