/**
 * Ends this process with exit code 1 on a rejection that nobody handled. Electron's utility process only warns of it
 * and would go on in an unknown state; the supervisor starts a fresh engine instead.
 */
export function exitOnUnhandledRejection(): void {
  process.on('unhandledRejection', (reason) => {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    process.stderr.write(`assay engine: unhandled rejection: ${text}\n`);
    process.exit(1);
  });
}
