/** Rules of rows: tables, families, what each forgets and must not forget, and the ways in. */
import { APP_PROFILES, BIGTABLE_INSTANCE } from '../../../shared/schema/cloud.ts';
import { ROW_TABLES } from '../../../shared/schema/rows.ts';
import { type CellAge, collects } from './collection.ts';
import { at, lastPart, listAt, ofType, type Rule, textAt, titleOf } from './declared.ts';

const rowFamilies: Rule = {
  name: 'row-families',
  description: 'Every family that the code writes exists, with one rule of what it forgets.',
  check(resources) {
    const tables = ofType(resources, 'bigtable/table:Table');
    const policies = ofType(resources, 'bigtable/gCPolicy:GCPolicy');
    return Object.entries(ROW_TABLES).flatMap(([id, families]) => {
      const table = tables.find((candidate) => textAt(candidate, 'name') === id);
      if (table === undefined) return [`There is no row table ${id}.`];
      return Object.keys(families).flatMap((family) => {
        const rules = policies
          .filter(
            (policy) => lastPart(textAt(policy, 'table')) === id && textAt(policy, 'columnFamily') === family,
          )
          .map((policy) => textAt(policy, 'gcRules'));
        return [
          ...(listAt(table, 'columnFamilies').some((candidate) => candidate.family === family)
            ? []
            : [`${id} lacks the family ${family}.`]),
          ...(rules.length === 1 && rules[0] !== ''
            ? []
            : [`${id}.${family} has ${rules.length} rules of what it forgets.`]),
        ];
      });
    });
  },
};

interface Fate {
  /** Cells that somebody still reads. */
  readonly keeps: readonly CellAge[];
  /** Cells that nobody reads any more. */
  readonly forgets: readonly CellAge[];
}

const AGES = 100_000;
const FOR_EVER: Fate = { keeps: [{ days: AGES, version: 1_000_000 }], forgets: [] };
/** A rollback reaches two builds back however old they are, and any build of two weeks. */
const BUILDS: Fate = {
  keeps: [
    { days: AGES, version: 3 },
    { days: 13, version: 1000 },
  ],
  forgets: [{ days: 60, version: 4 }],
};

/** By table and family, what readers of the code rely on. */
const FATES: Readonly<Record<string, Fate>> = {
  // Events since the oldest build that may serve, of which there is one a day, and one cell an event.
  'listeners.live': { keeps: [{ days: 20, version: 1 }], forgets: [{ days: 366, version: 1 }] },
  'listeners.control': FOR_EVER,
  'listeners.build': BUILDS,
  // A quarter of weeks to look back on, one cell a week.
  'listeners.made': { keeps: [{ days: 91, version: 1 }], forgets: [{ days: 366, version: 1 }] },
  'catalog.meta': { keeps: [{ days: AGES, version: 1 }], forgets: [] },
  'catalog.build': BUILDS,
  'pools.build': BUILDS,
  'pools.pointer': { keeps: [{ days: AGES, version: 1 }], forgets: [] },
  'erasures.tombstone': FOR_EVER,
};

const keptCells: Rule = {
  name: 'kept-cells',
  description: 'No rule collects what somebody reads; builds and live events do not stay for ever.',
  check: (resources) =>
    ofType(resources, 'bigtable/gCPolicy:GCPolicy').flatMap((policy) => {
      const rules = textAt(policy, 'gcRules');
      const family = `${lastPart(textAt(policy, 'table'))}.${textAt(policy, 'columnFamily')}`;
      const fate = FATES[family];
      if (fate === undefined)
        return [`${titleOf(policy)} collects ${family}, of which nobody said what is read.`];
      if (rules === '') return [];
      const cell = ({ days, version }: CellAge) => `${family} of ${days} days, the ${version}. newest`;
      return [
        ...fate.keeps
          .filter((one) => collects(rules, one))
          .map((one) => `${titleOf(policy)} collects a cell of ${cell(one)}, which is read.`),
        ...fate.forgets
          .filter((one) => !collects(rules, one))
          .map((one) => `${titleOf(policy)} keeps a cell of ${cell(one)}, which nobody reads.`),
      ];
    }),
};

const waysIn: Rule = {
  name: 'ways-in',
  description: 'The instance and its app profiles exist; conditional writes go to one cluster.',
  check(resources) {
    const profiles = ofType(resources, 'bigtable/appProfile:AppProfile');
    const missing = Object.values(APP_PROFILES).filter(
      (id) => !profiles.some((profile) => textAt(profile, 'appProfileId') === id),
    );
    const isThere = ofType(resources, 'bigtable/instance:Instance').some(
      (instance) => textAt(instance, 'name') === BIGTABLE_INSTANCE,
    );
    return [
      ...(isThere ? [] : [`There is no Bigtable instance ${BIGTABLE_INSTANCE}.`]),
      ...missing.map((id) => `There is no app profile ${id}.`),
      ...profiles
        .filter((profile) =>
          [APP_PROFILES.writing, APP_PROFILES.batch].some((id) => id === textAt(profile, 'appProfileId')),
        )
        .filter((profile) => at(profile, 'singleClusterRouting.allowTransactionalWrites') !== true)
        .map((profile) => `${titleOf(profile)} does not take conditional writes.`),
    ];
  },
};

export const ROW_RULES: readonly Rule[] = [rowFamilies, keptCells, waysIn];
