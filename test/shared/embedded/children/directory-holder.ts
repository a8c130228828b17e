/** Child of a test: holds a data directory until it is killed. */
import { openDataDirectory } from '../../../../shared/embedded/data-directory.ts';

openDataDirectory(process.argv[2] ?? '', { exclusive: true });
process.send?.('held');
setInterval(() => {}, 60_000);
