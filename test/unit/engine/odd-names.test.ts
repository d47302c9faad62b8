import { expect, it } from 'vitest';
import { cluster, definition } from './kit.js';

it('a container may have the name of what every object has', async () => {
  const made = await cluster(['web1']);
  const { containerDefinitions } = definition('web', { portMappings: [{ containerPort: 80 }] });
  const named = ['constructor', '__proto__', 'toString'].map((name) => ({
    ...containerDefinitions[0],
    name,
  }));
  const [first, second, third] = named;
  await made.engine.call('RegisterTaskDefinition', {
    family: 'web',
    containerDefinitions: [first, second, { ...third, portMappings: [] }],
  } as never);
  const { tasks = [] } = await made.engine.call('RunTask', { taskDefinition: 'web' });
  const ports = tasks[0]?.containers?.map((c) => [c.name, c.networkBindings?.length]);
  expect(ports).toEqual([
    ['constructor', 1],
    ['__proto__', 1],
    ['toString', 0],
  ]);
});
