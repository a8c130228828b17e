import * as gcp from '@pulumi/gcp';
import * as pulumi from '@pulumi/pulumi';
import { expect, test } from 'vitest';
import { collect } from './mocks.ts';

const nothing = (program: () => unknown) => () => {
  program();
  return {};
};

test('the mocks refuse a type that they do not know', async () => {
  const program = nothing(() => new gcp.compute.Network('own', { name: 'own' }));
  await expect(collect('dev', program)).rejects.toThrow(
    'The program declares own of the unexpected type gcp:compute/network:Network.',
  );
});

test('the mocks refuse a function that they do not know', async () => {
  const program = nothing(() => gcp.compute.getZonesOutput({ region: 'europe-west1' }));
  await expect(collect('dev', program)).rejects.toThrow(
    'The program calls the unexpected gcp:compute/getZones:getZones.',
  );
});

test('the mocks refuse what is declared twice, as Pulumi’s engine does', async () => {
  const program = nothing(() => {
    new gcp.pubsub.Topic('listens', { name: 'listens' });
    new gcp.pubsub.Topic('listens', { name: 'listens' });
  });
  await expect(collect('dev', program)).rejects.toThrow('The program declares pubsub.Topic listens twice.');
});

test('the mocks tell what was declared, what it waits for, and the outputs', async () => {
  const { resources, outputs } = await collect('dev', () => {
    const topic = new gcp.pubsub.Topic('listens', { name: 'listens' });
    const keeper = new gcp.pubsub.Subscription('keeper', { topic: topic.name });
    return { address: pulumi.interpolate`at ${topic.id} ${keeper.topic}` };
  });
  expect(resources.map(({ name, dependencies }) => [name, dependencies])).toEqual([
    ['keeper', ['gcp:pubsub/topic:Topic listens']],
    ['listens', []],
  ]);
  expect(outputs).toEqual({ address: 'at projects/my-project/topics/listens listens' });
});
