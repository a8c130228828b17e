/** Bodies of pushes as Pub/Sub sends them to a wrapped endpoint: ids and times in both spellings, data in base64. */

export interface PushOf {
  readonly id?: string;
  readonly orderingKey?: string;
  readonly attempt?: number;
}

export function pushBody(
  data: string,
  { id = '11187463920481', orderingKey = 'ann', attempt = 3 }: PushOf = {},
): string {
  return JSON.stringify({
    deliveryAttempt: attempt,
    message: {
      attributes: { origin: 'test' },
      data: Buffer.from(data).toString('base64'),
      messageId: id,
      message_id: id,
      orderingKey,
      ordering_key: orderingKey,
      publishTime: '2026-11-21T06:31:44.217Z',
      publish_time: '2026-11-21T06:31:44.217Z',
    },
    subscription: 'projects/p/subscriptions/update-signals',
  });
}
