/** An agent that answers at an address. */
import { onTestFinished } from 'vitest';
import { lenkwerk } from '../cli/command-line.js';
import { waitFor } from '../wait.js';

/** The agent of a database with one target; `lines` are those of its log. */
export async function serve(database: string) {
  const stop = new AbortController();
  const remarks: string[] = [];
  const agent = lenkwerk(['agent', '--db', database, '--listen', '127.0.0.1:0'], {
    signal: stop.signal,
    writeRemark: (text) => remarks.push(text),
  });
  const end = async () => {
    stop.abort();
    await agent;
  };
  onTestFinished(end);
  const address = await waitFor(() => /"address":"([^"]+)"/.exec(remarks.join(''))?.[1], {
    what: 'the address',
  });
  const get = async (path: string) => {
    const response = await fetch(`http://${address}${path}`);
    return { status: response.status, body: await response.text() };
  };
  const lines = (level: string, message: string) =>
    remarks.filter((line) => line.includes(`"level":"${level}","message":"${message}`)).length;
  return { address, get, lines, stop: end };
}
