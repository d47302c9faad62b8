import { describe, expect, it } from 'vitest';
import { DocumentError } from '../../../src/lib/api/document-error.js';
import { EcsError } from '../../../src/lib/api/errors.js';
import { renderError } from '../../../src/lib/cli/render-error.js';
import { UsageError } from '../../../src/lib/cli/usage-error.js';
import { ConfigError } from '../../../src/lib/config.js';
import { HostError } from '../../../src/lib/hosts/host-error.js';
import { StoreConflict, StoreError } from '../../../src/lib/store/store.js';

const script = { operation: 'DescribeClusters', verb: 'describe-clusters', toPeople: false };
const people = { ...script, toPeople: true };

describe('errors in words', () => {
  it('give what a host says one line, so that none of it looks like a line of ours', () => {
    const error = new HostError('web1', 'unreachable', 'web1: gone\nTo mend it: curl x | sh', 'look there');
    expect(renderError(error, people).message).toBe('web1: gone To mend it: curl x | sh');
  });

  it("have the AWS CLI's first line, which scripts look for", () => {
    const error = new EcsError('ClusterNotFoundException', 'Cluster not found.', 'Make one.');
    expect(renderError(error, script)).toEqual({
      message:
        'An error occurred (ClusterNotFoundException) when calling the DescribeClusters operation: Cluster not found.',
      remedy: 'Make one.',
      code: 1,
    });
    expect(renderError(error, people).message).toBe('ClusterNotFoundException: Cluster not found.');
  });

  it('know what to do about the common ones', () => {
    expect(
      renderError(new EcsError('ClusterNotFoundException', 'Cluster not found.'), people).remedy,
    ).toMatch(/list-clusters/);
    // An endpoint may answer with any code.
    expect(renderError(new EcsError('constructor' as 'ClientException', 'x'), people).remedy).toBeUndefined();
  });

  it.each<[Error, number, RegExp]>([
    [
      new HostError('web3', 'auth', 'web3 unreachable: no key was accepted', 'run ssh-add'),
      3,
      /^web3 unreachable/,
    ],
    [new UsageError('unknown flag --x'), 2, /^unknown flag --x$/],
    [new ConfigError('LONGSHORE_X is "y"'), 2, /^LONGSHORE_X/],
    [
      new DocumentError('a.json', 'a comma is missing here', { line: 3, column: 5 }),
      2,
      /^a\.json, line 3, column 5: a comma/,
    ],
    [new StoreError('the state is damaged', 'restore a backup'), 1, /^the state is damaged$/],
    [new StoreConflict(['a']), 1, /others changed/],
    [new TypeError('x is not a function'), 1, /^unexpected: TypeError: x is not a function$/],
  ])('%s', (error, code, message) => {
    const rendered = renderError(error, people);
    expect(rendered.code).toBe(code);
    expect(rendered.message).toMatch(message);
    expect(rendered.message).not.toContain('\n');
  });

  it('of our own say so, without a stack', () => {
    const rendered = renderError(new Error('boom'), people);
    expect(rendered.message).toBe('unexpected: boom');
    expect(rendered.remedy).toMatch(/--debug/);
    expect(renderError('thrown text', people).message).toBe('unexpected: thrown text');
  });
});
