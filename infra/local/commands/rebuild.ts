/** npm run rebuild: the nightly build, now. */
import { RANKING_AUDIT } from '../../../functions/rebuild/audit.ts';
import type { Build } from '../../../functions/rebuild/builds.ts';
import { EXIT, print, runCommand } from './command.ts';
import { withOperations } from './with-operations.ts';

function tell(build: Build): void {
  for (const { name, passed, waived, detail } of build.audits)
    if (!passed || name === RANKING_AUDIT)
      print(`audit ${name}: ${detail}${waived === true ? ' (waived)' : ''}`);
  print(`Build ${build.id} is ${build.status}: ${build.cells} cells, identity ${build.identity ?? 'none'}.`);
  if (build.status === 'rejected')
    print('The last good build goes on serving. npm run rebuild -- --accept NAME waives an audit by name.');
}

await runCommand({
  usage: 'npm run rebuild -- [--accept AUDIT,…] [--no-publish]',
  about:
    'Runs the stages, audits what they made, loads it and publishes it. A build that was cut short is taken up where ' +
    'it stopped. One whose audit fails is never served.',
  options: { accept: { type: 'string' }, 'no-publish': { type: 'boolean' }, json: { type: 'boolean' } },
  help: {
    accept: 'Audits whose failure is waived, separated by commas: volume,psi after an import.',
    'no-publish': 'Stop before the pointer is flipped; npm run publish -- BUILD does it later.',
    json: 'Print the build as JSON.',
  },
  async run({ options }) {
    const build = await withOperations((operations) =>
      operations.rebuild({
        accept: options.accept === undefined ? [] : options.accept.split(','),
        publish: options['no-publish'] !== true,
      }),
    );
    if (options.json === true) print(JSON.stringify(build));
    else tell(build);
    return build.status === 'rejected' ? EXIT.refused : EXIT.done;
  },
});
