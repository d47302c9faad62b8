import { describe, expect, it } from 'vitest';
import { InvalidExpression } from '../../../src/lib/scheduler/query-language/invalid-expression.js';
import { compileQuery } from '../../../src/lib/scheduler/query-language/query.js';
import { instance } from './builders.js';

const web1 = instance('web1', {
  agentVersion: '1.14.5',
  registeredAt: Date.UTC(2018, 5, 18, 22, 28, 28) + 250,
  attributes: {
    'ecs.availability-zone': 'eu-1a',
    'ecs.instance-type': 'g2.2xlarge',
    stack: 'prod',
    disks: '10',
    ssd: '',
    'team/a': 'x y',
  },
  tasks: { 'service:production': 2, 'family:db': 1 },
});
const empty = instance('empty');

function answers(source: string, subject = web1): boolean {
  return compileQuery(source).matches(subject);
}

describe('operators', () => {
  it.each<[string, boolean]>([
    ['attribute:stack == prod', true],
    ['attribute:stack==prod', true],
    ['attribute:stack equals prod', true],
    ['attribute:stack == PROD', false],
    ['attribute:stack != prod', false],
    ['attribute:stack not_equals test', true],
    ['attribute:stack exists', true],
    ['attribute:ssd exists', true],
    ["attribute:ssd == ''", true],
    ['attribute:none exists', false],
    ['attribute:none !exists', true],
    ['attribute:none not_exists', true],
    ['attribute:stack !exists', false],
    ['attribute:stack in [test, prod]', true],
    ['attribute:stack in [test]', false],
    ['attribute:stack in [\'te st\',"prod"]', true],
    ['attribute:stack !in [test,stage]', true],
    ['attribute:stack ! in [prod]', false],
    ['attribute:stack not_in [prod]', false],
    ['attribute:ecs.instance-type =~ g2.*', true],
    ['attribute:ecs.instance-type matches g2', false],
    ['attribute:ecs.instance-type =~ (t2|g2)\\.[0-9]x.*', true],
    ["attribute:ecs.instance-type =~ '(t2|g2).*'", true],
    ['attribute:ecs.instance-type !~ t2.*', true],
    ['attribute:ecs.instance-type not_matches g2.*', false],
    ['attribute:disks > 9', true],
    ['attribute:disks greater_than 10', false],
    ['attribute:disks >= 10.0', true],
    ['attribute:disks greater_than_equal 11', false],
    ['attribute:disks < 9', false],
    ['attribute:disks less_than 11', true],
    ['attribute:disks <= 9', false],
    ['attribute:disks less_than_equal 10', true],
    ['attribute:disks == 10.0', false],
    ['attribute:stack > pro', true],
    ['attribute:disks < 9a', true],
    ["attribute:team/a == 'x y'", true],
  ])('%s is %s', (source, expected) => expect(answers(source)).toBe(expected));
});

describe('an attribute that is not there', () => {
  it.each<[string, boolean]>([
    ['attribute:stack == prod', false],
    ['attribute:stack != prod', false],
    ['attribute:stack !in [prod]', false],
    ['attribute:stack !~ prod', false],
    ['attribute:stack < z', false],
    ['not(attribute:stack == prod)', true],
    ['!attribute:stack == prod', true],
  ])('%s is %s', (source, expected) => expect(answers(source, empty)).toBe(expected));
});

describe('subjects', () => {
  it.each<[string, boolean, boolean]>([
    ['agentConnected == true', true, true],
    ['agentConnected in [false]', false, false],
    ['agentConnected =~ t.*', true, true],
    ['agentVersion == 1.14.5', true, false],
    ['agentVersion < 1.14.10', true, true],
    ['agentVersion >= 1.14', true, false],
    ['agentVersion == 1', false, true],
    ['agentVersion != 1.14.5', false, true],
    ['ec2InstanceId == web1', true, false],
    ['ec2InstanceId == id-web1', true, false],
    ["ec2InstanceId in ['id-web1', 'id-empty']", true, true],
    ['ec2InstanceId != web1', false, true],
    ['ec2InstanceId !~ web.*', false, true],
    ['registeredAt < 2018-06-19', true, false],
    ['registeredAt == 2018-06-18T22:28:28Z', true, false],
    ['registeredAt == 2018-06-18T22:28:28', true, false],
    ['registeredAt == 2018-06-19T00:28:28+02:00', true, false],
    ['registeredAt > 2018-06-18T22:28:28+00:00', false, true],
    ['registeredAt >= 2018-06-18', true, true],
    ['runningTasksCount == 3', true, false],
    ['runningTasksCount < 3', false, true],
    ['task:group == service:production', true, false],
    ['task:group == database', false, false],
    ['not(task:group == family:db)', false, true],
    ['task:group != family:db', false, true],
    ['task:group in [family:db, x]', true, false],
    ['task:group =~ service:.*', true, false],
    ['task:group exists', true, false],
    ['task:group !exists', false, true],
  ])('%s is %s for a busy one and %s for an empty one', (source, busy, idle) => {
    expect([answers(source), answers(source, empty)]).toEqual([busy, idle]);
  });

  it('says which queries follow the tasks of an instance', () => {
    expect(compileQuery('attribute:stack == prod or task:group == x').dependsOnTasks).toBe(true);
    expect(compileQuery('!(runningTasksCount < 2)').dependsOnTasks).toBe(true);
    expect(compileQuery('attribute:stack == prod and agentVersion > 1').dependsOnTasks).toBe(false);
  });

  it('matches no version against an instance without one', () => {
    expect(answers('agentVersion != 1', instance('old', { agentVersion: '' }))).toBe(false);
    expect(answers('agentVersion == 20.10.24', instance('deb', { agentVersion: 'v20.10.24+dfsg1' }))).toBe(
      true,
    );
  });
});

describe('compound expressions', () => {
  const yes = 'attribute:stack == prod';
  const no = 'attribute:stack == test';
  it.each<[string, boolean]>([
    [`${yes} or ${no} and ${no}`, true],
    [`(${yes} or ${no}) and ${no}`, false],
    [`${no}||${yes}&&${yes}`, true],
    [`not ${no} and ${yes}`, true],
    [`not (${no} and ${yes})`, true],
    [`!!${yes}`, true],
    [`((${yes}))`, true],
    [`${yes} and ${yes} and ${no}`, false],
    [`(attribute:ecs.instance-type =~ g2.*) and ${yes}`, true],
    [`attribute:ecs.instance-type =~ g2.*&&${no}`, false],
    [`attribute:ecs.instance-type =~ 'g2\\..*' ||${no}`, true],
    ['attribute:team/a =~ x\\ y', true],
    ['\n attribute:stack\t==\nprod ', true],
    ['attribute:and == or or attribute:stack exists', true],
  ])('%j is %s', (source, expected) => expect(answers(source)).toBe(expected));
});

describe('Java patterns', () => {
  it.each<[string, string, boolean]>([
    ['(?i)PROD', 'prod', true],
    ['\\Qa.b\\E.*', 'a.b-c', true],
    ['\\Qa.b\\E.*', 'axb-c', false],
    ['\\Aprod\\z', 'prod', true],
    ['prod\\Z', 'prod', true],
    ['eu\\-1[a\\-b]\\@\\_', 'eu-1-@_', true],
    ['pro', 'prod', false],
    ['prod|x', 'prod-x', false],
    ['^prod$', 'prod', true],
    ['\\p{Lu}+', 'PROD', true],
  ])('%s on %s is %s', (pattern, value, expected) => {
    expect(answers(`attribute:x =~ '${pattern}'`, instance('a', { attributes: { x: value } }))).toBe(
      expected,
    );
  });

  it.each(['(a+)+b', '(a|a)*b', 'a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b', '.*.*.*.*.*.*b'])(
    'gives up on %s, which would try for ever',
    (pattern) => {
      const query = compileQuery(`attribute:x =~ '${pattern}'`);
      const on = (x: string) => query.matches(instance('a', { attributes: { x } }));
      expect(on('b')).toBe(!pattern.startsWith('(a+)'));
      expect(on('ab')).toBe(true);
      expect(() => on('a'.repeat(255))).toThrow(
        'Invalid expression at character 16: the pattern takes too long',
      );
      expect(on('ab')).toBe(true);
    },
  );

  // Seconds where they are tried to the end.
  it.each(['(.|.|.|.)'.repeat(15) + '!', `(a|a)\\1?${'(a|.)'.repeat(33)}!`])(
    'gives up on %s, whose alternatives multiply',
    (pattern) => {
      const query = compileQuery(`attribute:x =~ "${pattern}"`);
      const on = (x: string) => query.matches(instance('a', { attributes: { x } }));
      expect(() => [15, 34, 35].map((length) => on('a'.repeat(length)))).toThrow(
        'the pattern takes too long',
      );
    },
  );

  it('gives up where each of many patterns takes nearly too long', () => {
    // Whichever length takes just less than too long on this machine.
    const begun = process.cpuUsage();
    const all = () => {
      for (let length = 14; length < 27; length++) {
        const patterns = Array.from({ length: 70 }, (_, at) => `attribute:x =~ '(a+)+${at}'`);
        const query = compileQuery(patterns.join(' or '));
        query.matches(instance('a', { attributes: { x: `${'a'.repeat(length)}b` } }));
      }
    };
    expect(all).toThrow('the pattern takes too long');
    expect(process.cpuUsage(begun).user).toBeLessThan(2_500_000);
  });

  it('gives up, too, where each of many values takes nearly too long', () => {
    const query = compileQuery("attribute:x =~ '(a+)+b'");
    const begun = process.cpuUsage();
    // Of the lengths up to this some are just short enough, on a slow machine as on a fast one.
    const all = () => {
      for (let length = 14; length < 27; length++)
        for (let at = 0; at < 30; at++)
          query.matches(instance('a', { attributes: { x: `${'a'.repeat(length)}-${at}` } }));
    };
    expect(all).toThrow('the pattern takes too long');
    // Of the processor: on a busy machine it waits for that, too.
    expect(process.cpuUsage(begun).user).toBeLessThan(5_000_000);
  });

  it.each(['a)(b', 'a++', '(?>a)', '[a-z&&[^b]]', '*', '\\p{Graph}'])('refuses %s, naming it', (pattern) => {
    expect(() => compileQuery(`attribute:x =~ "${pattern}"`)).toThrow(
      `${pattern} is not a regular expression that can be used here: `,
    );
  });
});

describe('errors', () => {
  it.each<[string, number, string]>([
    ['', 1, 'expected a subject such as attribute:NAME, but it ends there'],
    ['attribute:stack', 16, 'expected an operator after attribute:stack'],
    ['attribute:stack prod', 17, 'but prod stands there'],
    ['attribute:stack toString x', 17, 'expected an operator'],
    ['attribute:stack ==', 19, 'expected a value'],
    ['attribute:stack == )', 20, 'expected a value'],
    ['attribute:stack =~ )', 20, 'expected a regular expression'],
    ['attribute:stack =~', 19, 'expected a regular expression'],
    ['attribute:stack = prod', 17, 'unexpected =, did you mean =='],
    ['attribute:stack == prod & attribute:a exists', 25, 'did you mean &&'],
    ["attribute:stack == 'prod", 20, "the quote ' is never closed"],
    ['attribute:stack in prod', 20, 'expected a list such as [a, b]'],
    ['attribute:stack in []', 21, 'expected a value'],
    ['attribute:stack in [a b]', 23, 'expected a comma or ]'],
    ['attribute:stack in [a', 22, 'expected a comma or ]'],
    ['attribute:stack !prod', 18, 'expected in or exists after !'],
    ['(attribute:stack exists', 24, 'expected a closing parenthesis for the one at character 1'],
    ['attribute:stack exists)', 23, 'expected and, or, or the end'],
    ['attribute:stack exists attribute:a exists', 24, 'expected and, or, or the end'],
    ['stack == prod', 1, 'stack is not a subject (agentConnected, '],
    ['attribute: == prod', 1, 'attribute: is not a subject'],
    ["'attribute:stack' == prod", 1, 'expected a subject'],
    ['agentConnected > true', 1, "agentConnected doesn't take >, only =="],
    ['registeredAt exists', 1, "registeredAt doesn't take exists"],
    ['registeredAt < 2018-02-31', 16, '2018-02-31 is not a date'],
    ['registeredAt < yesterday', 16, 'yesterday is not a date such as'],
    ['runningTasksCount < many', 21, 'many is not a number'],
    ['agentVersion < latest', 16, 'latest is not a version'],
  ])('%j at character %i: %s', (source, position, message) => {
    const thrown = failure(source);
    expect(thrown.position).toBe(position);
    expect(thrown.message).toContain(`Invalid expression at character ${position}: `);
    expect(thrown.message).toContain(message);
  });

  it('takes 2000 characters and no more', () => {
    const source = `attribute:stack == ${'a'.repeat(1981)}`;
    expect(answers(source)).toBe(false);
    expect(failure(`${source}a`).message).toContain('it has 2001 characters and 2000 are allowed');
  });

  it('nests 100 levels and no more', () => {
    const nested = (levels: number) => `${'('.repeat(levels)}agentConnected == true${')'.repeat(levels)}`;
    expect(answers(nested(100))).toBe(true);
    expect(failure(nested(101)).message).toContain('character 102: it nests more than 100 levels deep');
    expect(answers(`${'!'.repeat(100)}agentConnected == true`)).toBe(true);
    expect(failure('!'.repeat(2000)).position).toBe(102);
  });
});

function failure(source: string): InvalidExpression {
  try {
    compileQuery(source);
  } catch (error) {
    if (error instanceof InvalidExpression) return error;
    throw error;
  }
  throw new Error(`${source} was taken`);
}
