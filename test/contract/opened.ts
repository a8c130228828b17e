/** What a contract suite is given: a store of its own, and how to end it. */
export interface Opened<T> {
  readonly store: T;
  /** Closes the store and opens the same data again; absent where the data lives in a service. */
  readonly reopen?: () => Promise<T>;
  readonly close: () => Promise<void>;
}

/** Runs `use` with a freshly opened store and closes it whatever happens. */
export async function withOpened<T>(
  open: () => Promise<Opened<T>>,
  use: (store: T, opened: Opened<T>) => Promise<void>,
): Promise<void> {
  const opened = await open();
  try {
    await use(opened.store, opened);
  } finally {
    await opened.close();
  }
}
