/**
 * `npm run screenshots`: makes docs/images anew, by running real commands on real test hosts (root on Debian or Ubuntu).
 * Needs a build. Each picture is what one user sees after the other on one terminal.
 */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acquire } from '../test/hosts/acquire.js';
import type { TestCluster } from '../test/hosts/cluster.js';
import { checkoutRoot } from '../test/hosts/identity.js';
import { User } from '../test/integration/longshore.js';
import { terminalPicture } from './terminal-picture.js';

const images = join(checkoutRoot, 'docs', 'images');

/** A terminal on which commands are typed one after the other. */
class Screen {
  #bytes = '';

  constructor(private readonly user: User) {}

  /** Types it as it would be typed, and waits for its end. */
  async type(line: string, args: string[]): Promise<string> {
    const command = this.user.start(args, { terminal: 80, env: { TERM: 'xterm-256color' } });
    const { stdout } = await command.outcome;
    this.#bytes += `\u001b[32m$\u001b[0m ${line}\n${stdout}\n`;
    return stdout;
  }

  async save(name: string, title: string): Promise<void> {
    writeFileSync(join(images, `${name}.svg`), await terminalPicture(this.#bytes, title));
    console.log(`docs/images/${name}.svg`);
  }
}

async function main(): Promise<void> {
  mkdirSync(images, { recursive: true });
  const cluster = await acquire({ count: 3, name: 'screenshots', keep: false, log: console.log });
  const user = new User(cluster);
  copyFileSync(join(checkoutRoot, 'examples/hello.json'), join(user.dir, 'hello.json'));
  try {
    await firstFiveMinutes(user);
    await placement(user);
    await logs(user);
    await doctor(user);
    await hostDown(user, cluster);
  } finally {
    user.remove();
    await cluster.down();
  }
}

async function firstFiveMinutes(user: User): Promise<void> {
  const screen = new Screen(user);
  await screen.type('longshore create-cluster --hosts web1 web2 web3', [
    ...['create-cluster', '--hosts', 'web1', 'web2', 'web3'],
  ]);
  await screen.type('longshore register-task-definition --cli-input-json file://hello.json', [
    ...['register-task-definition', '--cli-input-json', 'file://hello.json'],
  ]);
  await screen.type('longshore run-task --task-definition hello --count 3', [
    ...['run-task', '--task-definition', 'hello', '--count', '3'],
  ]);
  await screen.save('first-five-minutes', 'A cluster of three hosts, a task definition, three tasks');
}

async function placement(user: User): Promise<void> {
  const screen = new Screen(user);
  const strategy = ['--placement-strategy', 'type=spread,field=host'];
  await screen.type(
    `longshore run-task --task-definition hello --count 4 --dry-run \\\n    ${strategy.join(' ')}`,
    [...['run-task', '--task-definition', 'hello', '--count', '4', '--dry-run', ...strategy]],
  );
  const overrides = '{"containerOverrides":[{"name":"hello","memory":30000}]}';
  await screen.type(`longshore run-task --task-definition hello --overrides \\\n    '${overrides}'`, [
    ...['run-task', '--task-definition', 'hello', '--overrides', overrides],
  ]);
  await screen.save('placement', 'What --dry-run and a refusal say');
}

async function logs(user: User): Promise<void> {
  const screen = new Screen(user);
  await screen.type('longshore logs --family hello --tail 2', ['logs', '--family', 'hello', '--tail', '2']);
  await screen.type(
    `longshore run-task --task-definition hello --wait --follow -- \\\n    'echo migrating; sleep 1; echo done'`,
    [
      ...['run-task', '--task-definition', 'hello', '--wait', '--follow', '--'],
      'echo migrating; sleep 1; echo done',
    ],
  );
  await screen.save('logs', 'Logs of tasks on several hosts; a task that is waited for');
}

async function doctor(user: User): Promise<void> {
  const screen = new Screen(user);
  await screen.type('longshore doctor --hosts web1', ['doctor', '--hosts', 'web1']);
  await screen.save('doctor', 'What doctor says of a host, and how to mend it');
}

async function hostDown(user: User, cluster: TestCluster): Promise<void> {
  const screen = new Screen(user);
  await cluster.host('web2').inflict('engine-stopped');
  await screen.type('longshore list-tasks', ['list-tasks']);
  await screen.save('host-down', 'A host whose engine is stopped is named, with what to do');
}

void main();
