import { describe, expect, it } from 'vitest';
import { resourceOf } from '../../../src/lib/api/resource-arn.js';
import { checkTagCount, mergeTags, withoutTags } from '../../../src/lib/api/tags.js';

const id = '1f2e3d4c'.repeat(4);
const invalid = (message: RegExp) =>
  expect.objectContaining({
    code: 'InvalidParameterException',
    message: expect.stringMatching(message) as string,
  });

describe('the resource that a tag verb names', () => {
  it.each([
    ['arn:aws:ecs:eu-west-1:123456789012:cluster/web', { kind: 'cluster', cluster: 'web' }],
    ['cluster/web', { kind: 'cluster', cluster: 'web' }],
    [`arn:aws-cn:ecs:r:1:task/web/${id}`, { kind: 'task', cluster: 'web', id }],
    ['task/web/1f2e', { kind: 'task', cluster: 'web', id: '1f2e' }],
    ['container-instance/web/db1.lan', { kind: 'container-instance', cluster: 'web', id: 'db1.lan' }],
    ['arn:aws:ecs:r:1:task-definition/app:12', { kind: 'task-definition', family: 'app', revision: 12 }],
  ])('%s', (text, resource) => expect(resourceOf(text)).toEqual(resource));

  it.each([
    [`arn:aws:ecs:r:1:task/${id}`, /^Long arn format must be used for tagging operations$/],
    ['container-instance/web1', /^Long arn format/],
    ['arn:aws:ecr:r:1:repository/app', /^Invalid resource ARN: arn:aws:ecr/],
    ['web', /^Invalid resource ARN: web$/],
    ['cluster/a/b', /^Invalid resource ARN/],
    ['task/web/', /^Invalid resource ARN/],
    ['cluster/a b', /^Cluster must match/],
    ['task-definition/app', /^Revision is missing\.$/],
  ])('%s is none', (text, message) => expect(() => resourceOf(text)).toThrow(invalid(message)));

  it('is of no kind that there is none of here', () => {
    expect(() => resourceOf('arn:aws:ecs:r:1:task-set/web/front/1')).toThrow(
      expect.objectContaining({ code: 'ResourceNotFoundException' }),
    );
  });
});

describe('tags', () => {
  const tag = (key: string, value = '') => ({ key, value });

  it('are put over those with the same key, in their places', () => {
    expect(mergeTags([tag('a', '1'), tag('b', '2')], [tag('a', '3'), tag('c')])).toEqual([
      tag('a', '3'),
      tag('b', '2'),
      tag('c'),
    ]);
  });

  it("are taken off by key, but AWS's own stay", () => {
    expect(withoutTags([tag('a'), tag('B')], ['a', 'b'])).toEqual([tag('B')]);
    expect(() => withoutTags([], ['AWS:x'])).toThrow(invalid(/kept for AWS's own/));
  });

  it("are fifty at most, of which AWS's own don't count", () => {
    const fifty = Array.from({ length: 50 }, (_, i) => tag(`k${i}`));
    checkTagCount([...fifty, tag('aws:ecs:clusterName')], 'LimitExceededException');
    expect(() => checkTagCount([...fifty, tag('one')], 'LimitExceededException')).toThrow(
      expect.objectContaining({ code: 'LimitExceededException' }),
    );
  });
});
