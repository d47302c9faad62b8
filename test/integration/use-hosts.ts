import { openHosts } from '../../src/lib/hosts/open-hosts.js';

/** A program that uses web1 and closes it: hosts-faults.test.ts looks whether it then ends by itself. */
async function main([sshConfigFile, how]: string[]): Promise<void> {
  const hosts = openHosts({ local: { name: 'root', home: '/root' }, sshConfigFile, connectTimeout: 2 });
  const address = { scheme: 'ssh', host: 'web1' } as const;
  const swallow = () => undefined;
  const host = await hosts.connect(address, 'web1').catch(swallow);
  if (host && how === 'closed-with-streams') {
    const id = await host.createContainer(`exit-${process.pid}`, {
      Image: 'busybox:latest',
      Cmd: ['sleep', '1000'],
    });
    await host.startContainer(id);
    host.waitContainer(id).catch(swallow);
    const follow = async () => {
      for await (const line of host.logs(id, { follow: true })) void line;
    };
    follow().catch(swallow);
    await Promise.all(Array.from({ length: 5 }, () => host.listContainers({})));
  }
  await hosts.close();
  process.send?.('closed');
  process.disconnect?.();
}

void main(process.argv.slice(2));
