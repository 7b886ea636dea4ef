import { fileURLToPath } from 'node:url';

/** The path of the command line that `npm run build` writes. */
export const CLI = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
