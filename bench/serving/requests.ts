import type { Request } from 'autocannon';
import { type Credentials, signature } from '../../src/lib/api/signature.js';
import { taskIdOf } from '../filled-state.js';

/** A request of the API, signed now: it is good for five minutes. */
function signedRequest(url: URL, credentials: Credentials, operation: string, input: object): Request {
  const body = JSON.stringify(input);
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
  };
  return {
    method: 'POST',
    path: '/',
    headers: { ...headers, ...signature({ url, headers, body }, credentials, 'eu-west-1', Date.now()) },
    body,
  };
}

/** Each asks for one task, 200 different ones that are spread over all there are. */
export const describes = (url: URL, credentials: Credentials, tasks: number): Request[] =>
  Array.from({ length: 200 }, (_, i) =>
    signedRequest(url, credentials, 'DescribeTasks', {
      tasks: [taskIdOf(Math.floor((i * tasks) / 200))],
    }),
  );
