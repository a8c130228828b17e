/** Rules of what becomes of messages: none is lost, and whoever delivers may. */
import { SUBSCRIPTIONS, TOPICS } from '../../../shared/schema/topics.ts';
import { accessIn } from './access.ts';
import { at, type Declared, lastPart, ofType, type Rule, textAt, titleOf } from './declared.ts';

const SUBSCRIPTION = 'pubsub/subscription:Subscription';
const AGENT = /^serviceAccount:service-\d+@gcp-sa-pubsub\.iam\.gserviceaccount\.com$/;

/** Those that hand messages on, and so can fail to. */
function delivering(resources: readonly Declared[]): Declared[] {
  return ofType(resources, SUBSCRIPTION).filter(
    (subscription) =>
      at(subscription, 'pushConfig') !== undefined || at(subscription, 'bigqueryConfig') !== undefined,
  );
}

const declaredTopics: Rule = {
  name: 'declared-topics',
  description: 'Every topic and subscription that the code names exists.',
  check(resources) {
    const topics = ofType(resources, 'pubsub/topic:Topic').map((topic) => textAt(topic, 'name'));
    const subscriptions = new Map(
      ofType(resources, SUBSCRIPTION).map((resource) => [
        textAt(resource, 'name'),
        lastPart(textAt(resource, 'topic')),
      ]),
    );
    return [
      ...Object.values(TOPICS)
        .filter((topic) => !topics.includes(topic))
        .map((topic) => `There is no topic ${topic}.`),
      ...Object.values(SUBSCRIPTIONS)
        .filter(({ name, topic }) => subscriptions.get(name) !== topic)
        .map(({ name, topic }) => `There is no subscription ${name} to ${topic}.`),
    ];
  },
};

const deadLetters: Rule = {
  name: 'dead-letters',
  description:
    'What cannot be delivered goes to a topic that a subscription keeps, and Pub/Sub may put it there.',
  check(resources) {
    const kept = new Set(
      ofType(resources, SUBSCRIPTION)
        .filter((subscription) => at(subscription, 'pushConfig') === undefined)
        .map((subscription) => lastPart(textAt(subscription, 'topic'))),
    );
    const agentHas = (role: string, on: string) =>
      accessIn(resources).some(
        (access) => AGENT.test(access.member) && access.role === role && access.on === on,
      );
    return delivering(resources).flatMap((subscription) => {
      const dead = lastPart(textAt(subscription, 'deadLetterPolicy.deadLetterTopic'));
      const title = titleOf(subscription);
      if (dead === '') return [`${title} has no dead-letter topic.`];
      const name = textAt(subscription, 'name');
      const exists = ofType(resources, 'pubsub/topic:Topic').some((topic) => textAt(topic, 'name') === dead);
      return [
        ...(exists ? [] : [`There is no topic ${dead} for the dead letters of ${title}.`]),
        ...(kept.has(dead) ? [] : [`Nothing subscribes to ${dead}: the dead letters of ${title} are lost.`]),
        ...(agentHas('roles/pubsub.publisher', `topic ${dead}`)
          ? []
          : [`Pub/Sub may not publish to ${dead}.`]),
        ...(agentHas('roles/pubsub.subscriber', `subscription ${name}`)
          ? []
          : [`Pub/Sub may not take messages out of ${name}, and so none dies.`]),
      ];
    });
  },
};

/** Those that push, and the service that the audience of their tokens names. */
function pushing(resources: readonly Declared[]) {
  return delivering(resources)
    .filter((subscription) => at(subscription, 'pushConfig') !== undefined)
    .map((subscription) => ({
      subscription,
      title: titleOf(subscription),
      audience: textAt(subscription, 'pushConfig.oidcToken.audience'),
    }));
}

const provenPushes: Rule = {
  name: 'proven-pushes',
  description: 'A push carries a token of an account that may call the function, and comes in order.',
  check(resources) {
    const access = accessIn(resources);
    return pushing(resources).flatMap(({ subscription, title, audience }) => {
      const account = textAt(subscription, 'pushConfig.oidcToken.serviceAccountEmail');
      if (account === '') return [`${title} pushes without a token.`];
      if (audience === '') return [`${title} pushes tokens without an audience.`];
      const mayCall = access.some(
        ({ member, role, on }) =>
          member === `serviceAccount:${account}` &&
          role === 'roles/run.invoker' &&
          isOf(audience, on.replace('service ', '')),
      );
      const mayName = access.some(
        ({ member, role, on }) =>
          AGENT.test(member) &&
          role === 'roles/iam.serviceAccountOpenIdTokenCreator' &&
          on === `account ${account}`,
      );
      return [
        ...(at(subscription, 'enableMessageOrdering') === true ? [] : [`${title} pushes out of order.`]),
        ...(mayCall ? [] : [`${account} may not call ${audience}, to which ${title} pushes.`]),
        ...(mayName ? [] : [`Pub/Sub may not make tokens of ${account}.`]),
      ];
    });
  },
};

/** Whether an address is of a Cloud Run service of this name, in either of the forms that it has. */
const isOf = (address: string, service: string): boolean => address.startsWith(`https://${service}-`);

/** Apart from the rule above, since the address is not known before the function is there. */
const pushedTo: Rule = {
  name: 'pushed-to',
  description: 'A push goes to the service that its token is made for, by TLS.',
  check: (resources) =>
    pushing(resources)
      .filter(({ subscription, audience }) => {
        const service = /^https:\/\/(.+)-\d+\./.exec(audience)?.[1] ?? audience;
        return !isOf(textAt(subscription, 'pushConfig.pushEndpoint'), service);
      })
      .map(
        ({ subscription, title, audience }) =>
          `${title} pushes to ${textAt(subscription, 'pushConfig.pushEndpoint') || 'nowhere'} with tokens for ${audience || 'nobody'}.`,
      ),
};

const writableSinks: Rule = {
  name: 'writable-sinks',
  description: 'A BigQuery subscription has its table, its schema, and the right to write.',
  check(resources) {
    const tables = ofType(resources, 'bigquery/table:Table').map(
      (table) => `${textAt(table, 'datasetId')}.${textAt(table, 'tableId')}`,
    );
    return delivering(resources).flatMap((subscription) => {
      const sink = textAt(subscription, 'bigqueryConfig.table');
      if (sink === '') return [];
      const title = titleOf(subscription);
      const [, dataset = '', table = ''] = sink.split('.');
      const problems: string[] = [];
      if (!tables.includes(`${dataset}.${table}`))
        problems.push(`${title} writes to ${sink}, which is not there.`);
      const typed = at(subscription, 'bigqueryConfig.useTopicSchema') === true;
      if (typed === (at(subscription, 'bigqueryConfig.useTableSchema') === true))
        problems.push(`${title} needs the topic's schema or the table's, one of them.`);
      const topic = ofType(resources, 'pubsub/topic:Topic').find(
        (candidate) => textAt(candidate, 'name') === lastPart(textAt(subscription, 'topic')),
      );
      const schema = topic === undefined ? '' : lastPart(textAt(topic, 'schemaSettings.schema'));
      const hasSchema = ofType(resources, 'pubsub/schema:Schema').some((s) => textAt(s, 'name') === schema);
      if (typed && !hasSchema) problems.push(`${title} uses the schema of a topic that has none.`);
      const mayWrite = accessIn(resources).some(
        ({ member, role, on }) =>
          AGENT.test(member) && role === 'roles/bigquery.dataEditor' && on === `dataset ${dataset}`,
      );
      if (!mayWrite) problems.push(`Pub/Sub may not write into ${dataset}.`);
      return problems;
    });
  },
};

const lasting: Rule = {
  name: 'lasting-subscriptions',
  description: 'No subscription expires for lack of use, and each retries with a growing pause.',
  check: (resources) =>
    ofType(resources, SUBSCRIPTION).flatMap((subscription) => [
      ...(at(subscription, 'expirationPolicy.ttl') === '' ? [] : [`${titleOf(subscription)} expires.`]),
      ...(delivering([subscription]).length > 0 && textAt(subscription, 'retryPolicy.minimumBackoff') === ''
        ? [`${titleOf(subscription)} retries at once.`]
        : []),
    ]),
};

export const DELIVERY_RULES: readonly Rule[] = [
  declaredTopics,
  deadLetters,
  provenPushes,
  pushedTo,
  writableSinks,
  lasting,
];
