/** Configurations beside the documented examples: every setting that changes what is declared, both ways. */
import { exampleSettings, SIGNING_KEYS } from './examples.ts';

type Settings = Readonly<Record<string, string>>;

function without(settings: Settings, ...names: readonly string[]): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
}

const dev = exampleSettings('dev');
const team = exampleSettings('team');
const internet = exampleSettings('internet');

const PRIVATE = JSON.stringify({
  network: 'projects/my-project/global/networks/segue',
  subnetwork: 'projects/my-project/regions/europe-west1/subnetworks/segue',
});

export const VARIANTS: Readonly<Record<string, Settings>> = {
  'callers instead of everybody': {
    ...dev,
    publicApi: 'false',
    callers: '["group:apps@example.com", "serviceAccount:app@my-project.iam.gserviceaccount.com"]',
  },
  'keys in a secret that somebody else made': {
    ...without(dev, 'signingKeys'),
    signingKeysSecret: 'their-keys',
  },
  'an issuer and keys': { ...team, signingKeys: SIGNING_KEYS },
  'an issuer and keys, serving on a plain host': { ...internet, signingKeys: SIGNING_KEYS },
  'their keys, serving on a plain host': {
    ...without(internet, 'oidc'),
    signingKeysSecret: 'their-keys',
  },
  'a private network': {
    ...without(team, 'publicApi'),
    callers: '["group:apps@example.com"]',
    privateNetwork: PRIVATE,
  },
  'a private network behind a load balancer': { ...internet, privateNetwork: PRIVATE },
  'a domain without its zone': { ...team, domain: '{"name":"music.example.com"}' },
  'a model that reads prompts': { ...dev, gemini: 'true', geminiModel: 'gemini-2.5-flash' },
  'a model that is asked elsewhere': {
    ...team,
    gemini: 'true',
    geminiModel: 'gemini-2.5-flash',
    geminiLocation: 'global',
  },
  'loads by the function': { ...team, load: 'direct' },
  'loads by BigQuery itself': { ...team, load: 'reverse-etl' },
  'small, with the load of the large': { ...dev, load: 'dataflow', serveHost: 'cloud-run' },
  'two clusters of a fixed number of nodes': {
    ...dev,
    bigtable: '{"zones":["europe-west1-b","europe-west1-d"],"minNodes":3,"maxNodes":3,"storage":"HDD"}',
  },
  'nothing kept for long': {
    ...team,
    retentionDays: '30',
    buildDays: '2',
  },
  'nobody to alert, no budget': without(team, 'alertEmails', 'budget', 'labels'),
};
