/** npm run rollback: the accepted build before the one that serves. */
import { buildIdOf } from '../../../shared/domain/build-id.ts';
import { EXIT, print, runCommand } from './command.ts';
import { withOperations } from './with-operations.ts';

await runCommand({
  usage: 'npm run rollback',
  about: 'Makes the accepted build before the serving one serve again, by one atomic flip.',
  options: {},
  help: {},
  run: () =>
    withOperations(async (operations) => {
      const pointer = await operations.rollback();
      print(`Build ${buildIdOf(pointer.active)} serves again.`);
      return EXIT.done;
    }),
});
