import { fileURLToPath } from 'node:url';

/** What `npm run build` made. */
export const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
