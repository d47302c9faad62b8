import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the AWS CLI sent: the operation's name and its input. */
export interface Request {
  operation: string;
  input: Record<string, unknown>;
}

/** Gives an answer in ECS's JSON form. */
export type Answerer = (request: Request) => unknown;

export interface Endpoint {
  /** For the command `id`: what `--endpoint-url` takes. */
  url(id: number): string;
  /** What the command `id` has sent, in its order. */
  requests(id: number): Request[];
  close(): Promise<void>;
}

/** An HTTP server on loopback that takes requests to ECS, keeps them, and answers what it is told. */
export async function openEndpoint(answer: (id: number, request: Request) => unknown): Promise<Endpoint> {
  const kept = new Map<number, Request[]>();
  const server = createServer((incoming, outgoing) => {
    void receive(incoming).then((request) => {
      const id = Number(incoming.url?.split('/')[1]);
      kept.set(id, [...(kept.get(id) ?? []), request]);
      const body = JSON.stringify(answer(id, request) ?? {});
      outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (id) => `http://127.0.0.1:${port}/${id}`,
    requests: (id) => kept.get(id) ?? [],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function receive(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
  return { operation, input: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown> };
}
