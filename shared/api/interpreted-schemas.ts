/**
 * Imported first by each entry of a bundle: schemas made after it are interpreted. Compiling them pays from some thousand
 * documents a process.
 */
import { config } from 'zod';

config({ jitless: true });
