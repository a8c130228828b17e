/** Imported first: schemas made after it are interpreted. Compiling them pays from some thousand documents a process. */
import { config } from 'zod';

config({ jitless: true });
