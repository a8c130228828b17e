/** npm run publish: make a loaded build serve; without a name, list the builds. */
import { EXIT, print, runCommand } from './command.ts';
import { withOperations } from './with-operations.ts';

await runCommand({
  usage: 'npm run publish -- [BUILD]',
  about: 'Makes a loaded build serve, by one atomic flip. Without a build, lists the builds there are.',
  options: {},
  help: {},
  positionals: [0, 1],
  run: ({ positionals: [buildId] }) =>
    withOperations(async (operations) => {
      if (buildId === undefined) {
        const { pointer } = await operations.status();
        for (const build of await operations.builds())
          print(`${build.id}  ${build.status}${build.cutoff === pointer?.active ? '  ← serves' : ''}`);
        return EXIT.done;
      }
      await operations.publish({ buildId });
      print(`Build ${buildId} serves.`);
      return EXIT.done;
    }),
});
