import { fileURLToPath } from 'node:url';

/** The result of `npm run build`. */
export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
