/** What computes: functions, the plain host, Dataflow's workers. */
import type { FunctionName } from '../sizes.ts';
import { gibOf } from './machines.ts';
import type { Inputs, Sheet } from './sheet.ts';
import { SECONDS_PER_MONTH, toTib } from './volumes.ts';

const MILLION = 1e6;

/** Functions are billed by the time in which they work, the plain host by all of it. */
export function addFunctions(sheet: Sheet, { deployment, volumes, machines }: Inputs): void {
  const requests: Readonly<Record<FunctionName, number>> = {
    ingest: volumes.rates.ingestRequests,
    'update-signals': volumes.rates.pushes,
    serve: volumes.rates.answers,
    sessions: volumes.rates.turns,
    agent: volumes.rates.calls,
    rebuild: 0,
  };
  for (const [name, instances] of Object.entries(machines.functions)) {
    const { size, activeSeconds, idleSeconds, busy } = instances;
    const cpu = Number(size.cpu);
    const memory = gibOf(size.memory);
    if (name === 'serve' && deployment.serveHost === 'cloud-run') {
      const seconds = Math.max(size.minInstances, busy) * SECONDS_PER_MONTH;
      const words = `the mean of instances, at least ${size.minInstances}, all month`;
      sheet.add('Cloud Run', 'serve: CPU', 'runAlwaysCpu', seconds * cpu, `${words}, × ${cpu} vCPU`);
      sheet.add(
        'Cloud Run',
        'serve: memory',
        'runAlwaysMemory',
        seconds * memory,
        `${words}, × ${memory} GiB`,
      );
      continue;
    }
    const active =
      name === 'rebuild' ? 'seconds of waiting for a build' : 'seconds in which an instance works';
    sheet.add('Functions', `${name}: CPU`, 'runCpu', activeSeconds * cpu, `${active} × ${cpu} vCPU`);
    sheet.add(
      'Functions',
      `${name}: memory`,
      'runMemory',
      activeSeconds * memory,
      `${active} × ${memory} GiB`,
    );
    if (size.minInstances > 0) {
      const idle = `${size.minInstances} kept warm, less the time they work,`;
      sheet.add('Functions', `${name}: warm CPU`, 'runIdleCpu', idleSeconds * cpu, `${idle} × ${cpu} vCPU`);
      sheet.add(
        'Functions',
        `${name}: warm memory`,
        'runIdleMemory',
        idleSeconds * memory,
        `${idle} × ${memory} GiB`,
      );
    }
    const count = (requests[name as FunctionName] * SECONDS_PER_MONTH) / MILLION;
    if (name !== 'rebuild')
      sheet.add('Functions', `${name}: requests`, 'runRequests', count, REQUEST_WORDS[name as FunctionName]);
  }
}

const REQUEST_WORDS: Readonly<Record<FunctionName, string>> = {
  ingest: 'listeners × plays a day ÷ plays a request',
  'update-signals': 'listeners × plays a day: a push holds one message',
  serve: 'listeners × answers a day',
  sessions: 'listeners × turns a day',
  agent: 'listeners × calls of tools a day',
  rebuild: 'none to speak of',
};

/** The template, and what it reads. */
export function addLoading(sheet: Sheet, { deployment, volumes, machines, measurements: m }: Inputs): void {
  if (deployment.load !== 'dataflow') return;
  const product = 'Dataflow';
  const hours = machines.dataflow.vcpuHours * volumes.buildsPerMonth;
  sheet.add(
    product,
    'workers: CPU',
    'dataflowCpu',
    hours,
    'bytes of cells ÷ the rate of a vCPU, and starting 3 jobs',
  );
  sheet.add(
    product,
    'workers: memory',
    'dataflowMemory',
    hours * m.dataflowMemory.value,
    `vCPU-hours × ${m.dataflowMemory.value} GiB`,
  );
  sheet.add(
    product,
    'workers: disk',
    'dataflowDisk',
    hours * m.dataflowDisk.value,
    `vCPU-hours × ${m.dataflowDisk.value} GiB`,
  );
  sheet.add(product, 'shuffle', 'dataflowShuffle', 0, 'none: the template groups nothing');
  sheet.add(
    'BigQuery',
    'read by the template',
    'bigqueryRead',
    toTib(volumes.build.loaded) * volumes.buildsPerMonth,
    'bytes of cells × builds',
  );
}
