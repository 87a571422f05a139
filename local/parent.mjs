const EVERY_MS = 500;

/**
 * Sends this process SIGTERM when the npm that started it is gone: npm passes on SIGINT and SIGTERM, but neither SIGHUP
 * nor its own death. A process that was started by other means may outlive its parent.
 */
export function followNpm() {
  if (!/local\/(?:start|dev)\.mjs/.test(process.env.npm_lifecycle_script ?? '')) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, EVERY_MS);
  timer.unref();
}
