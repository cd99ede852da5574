/** SIGINT and SIGTERM as two steps: the first asks for an orderly stop, the second ends the process at once. */

/** 128 + SIGTERM, as a shell reports it. */
const SECOND_SIGNAL_EXIT = 143;

/** @returns takes the listeners back */
export function onStopSignals(stop: (signal: NodeJS.Signals) => void): () => void {
  let count = 0;
  const listener = (signal: NodeJS.Signals): void => {
    count += 1;
    if (count === 1) stop(signal);
    // The person asks twice and wants no more waiting; the next start observes what was cut off.
    else process.exit(SECOND_SIGNAL_EXIT);
  };
  // Windows has no SIGTERM from outside; a service stop arrives through the service wrapper (unverified).
  const names = ['SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.on(name, listener);
  return () => {
    for (const name of names) process.off(name, listener);
  };
}
