/** Topics, their subscriptions, and the warehouse tables that are fed by them. */

export const TOPICS = {
  /** Accepted events (ListeningEvent as JSON), ordered by listener. */
  listens: 'listens',
  /** Catalogue items (CatalogueItem as JSON) that ingest or an import learnt. */
  catalogue: 'catalogue',
  /** Changes of listeners' controls. */
  controls: 'controls',
  /** What was served. */
  impressions: 'impressions',
} as const;

export type Topic = (typeof TOPICS)[keyof typeof TOPICS];

export const SUBSCRIPTIONS = {
  updateSignals: { name: 'update-signals', topic: TOPICS.listens },
  listensToWarehouse: { name: 'listens-to-warehouse', topic: TOPICS.listens },
  catalogueToWarehouse: { name: 'catalogue-to-warehouse', topic: TOPICS.catalogue },
  controlsToWarehouse: { name: 'controls-to-warehouse', topic: TOPICS.controls },
  impressionsToWarehouse: { name: 'impressions-to-warehouse', topic: TOPICS.impressions },
} as const satisfies Record<string, { name: string; topic: Topic }>;

export type SubscriptionName = (typeof SUBSCRIPTIONS)[keyof typeof SUBSCRIPTIONS]['name'];

/** Delivery attempts after which a message goes to the dead letters. */
export const MAX_DELIVERY_ATTEMPTS = 5;
