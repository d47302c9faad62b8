import { expect, it } from 'vitest';
import { signature } from '../../../src/lib/api/signature.js';

// What the AWS CLI 2.9.19 sent to an endpoint on loopback, with AWS's own example of a key.
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const sent = [
  {
    url: 'http://127.0.0.1:18182/',
    at: '2026-11-27T07:08:24.731Z',
    added: { 'x-amz-date': '20261127T070824Z' },
    names: 'content-type;host;x-amz-date;x-amz-target',
    proof: 'da3be71d509c24668adfd0f3e9b12ecddca70f3bb86a40b54dc723da2bc88013',
  },
  {
    url: 'http://127.0.0.1:18182/a%20b/c',
    at: '2026-11-27T07:12:18.000Z',
    sessionToken: 'token/with+signs==',
    added: { 'x-amz-date': '20261127T071218Z', 'x-amz-security-token': 'token/with+signs==' },
    names: 'content-type;host;x-amz-date;x-amz-security-token;x-amz-target',
    proof: 'd7c7e7f687f5e7e231c55dbe2c34d941c86fdf301acb352ceb078d7c45a7bbca',
  },
];

it.each(sent)('a request to $url is signed as the AWS CLI signs it', ({ url, at, sessionToken, ...rest }) => {
  const request = {
    url: new URL(url),
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListTasks',
    },
    body: '{"cluster": "web"}',
  };
  const headers = signature(request, { ...credentials, sessionToken }, 'eu-west-1', Date.parse(at));
  expect(headers).toEqual({
    ...rest.added,
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261127/eu-west-1/ecs/aws4_request, SignedHeaders=${rest.names}, Signature=${rest.proof}`,
  });
});
