/** COPY through the client that Lenkwerk uses, the rows as bytes that are not read. */
import type { Client, Connection, Submittable } from 'pg';

const CHUNK_BYTES = 64 * 1024;

/** COPY ... TO STDOUT; returns the data. */
export async function copyOut(client: Client, statement: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await submit(client, statement, {
    // A view on a buffer that is used again.
    handleCopyData: ({ chunk }) => chunks.push(Buffer.from(chunk)),
  });
  return Buffer.concat(chunks);
}

/** COPY ... TO STDOUT, the data thrown away; returns its length. */
export async function drainCopy(client: Client, statement: string): Promise<number> {
  let sizeBytes = 0;
  await submit(client, statement, {
    handleCopyData: ({ chunk }) => {
      sizeBytes += chunk.length;
    },
  });
  return sizeBytes;
}

/** COPY ... FROM STDIN. */
export async function copyIn(client: Client, statement: string, data: Buffer): Promise<void> {
  await submit(client, statement, {
    handleCopyInResponse: (connection) => {
      for (let start = 0; start < data.length; start += CHUNK_BYTES) {
        connection.sendCopyFromChunk(data.subarray(start, start + CHUNK_BYTES));
      }
      connection.endCopyFrom();
    },
  });
}

/** What pg's connection has and its types leave out. */
interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

interface CopyHandlers {
  handleCopyInResponse?(connection: CopyConnection): void;
  handleCopyData?(message: { readonly chunk: Buffer }): void;
}

function submit(client: Client, statement: string, handlers: CopyHandlers): Promise<void> {
  return new Promise((resolve, reject) => {
    const query: Submittable & CopyHandlers & Record<string, unknown> = {
      ...handlers,
      submit: (connection: Connection) => connection.query(statement),
      handleCommandComplete: () => {},
      handleReadyForQuery: () => resolve(),
      handleError: (error: Error) => reject(error),
    };
    client.query(query);
  });
}
