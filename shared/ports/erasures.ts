/** Tombstones of erased listeners: what was received before one must not come back. */

export interface Erasures {
  /**
   * When each of the listeners was last erased, epoch milliseconds; those who never were are left out. An event
   * belongs to the erased past when it was received (and, for ingest, when it occurred) at or before that instant.
   * Must see a tombstone from the moment its writer was told that it is durable.
   */
  erasedAt(listenerIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
