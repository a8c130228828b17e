/** When a listener listened in private; narrow, so that a fake is a Map. */

/** Half-open, epoch milliseconds; `until` is null while the session goes on. */
export interface PrivateSession {
  readonly from: number;
  readonly until: number | null;
}

export interface PrivateSessions {
  /** The private sessions of the listeners that have any, in no promised order. */
  of(listenerIds: readonly string[]): Promise<ReadonlyMap<string, readonly PrivateSession[]>>;
}
