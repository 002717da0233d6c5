const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/** Waits twice as long after each failure, with jitter so that pages do not come back together. */
export function retryDelay(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
  return ceiling / 2 + (ceiling / 2) * random();
}
