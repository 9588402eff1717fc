// Asking again whenever there is news, without asking faster than there are answers.

/** Calls `ask` for every piece of news, but never twice at once: what comes meanwhile is one more call when it is done. */
export function calmly(ask: () => Promise<unknown>): () => Promise<void> {
  let isAsking = false;
  let hasNews = false;
  return async () => {
    hasNews = true;
    if (isAsking) return;
    isAsking = true;
    while (hasNews) {
      hasNews = false;
      await ask().catch(() => undefined);
    }
    isAsking = false;
  };
}
