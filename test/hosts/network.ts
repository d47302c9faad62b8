import { holdLock } from './lock.js';
import { digest, type Identity } from './identity.js';
import { run } from './run.js';

/** A cluster's network: `10.x.y.0/24`, of which the last quarter is hidden behind the jump host. */
export type Subnet = {
  /** `10.x.y` */
  prefix: string;
};

/** Where a host is plugged in. `front` is reached from this machine, `back` only from other hosts of the back. */
export type Leg = { side: 'front' | 'back'; address: string };

export const frontAddress = (subnet: Subnet, n: number): string => `${subnet.prefix}.${10 + n}`;
export const backAddress = (subnet: Subnet, n: number): string => `${subnet.prefix}.${193 + n}`;
/** This machine's own address in the hosts' network. */
export const machineAddress = (subnet: Subnet): string => `${subnet.prefix}.1`;
export const maxFrontHosts = 180;
export const maxBackHosts = 60;

/**
 * Lay the cable: two bridges (front and back) in a network namespace of their own, and one link from there to this
 * machine. The bridges are not on the machine itself because its firewall (a Docker engine sets FORWARD to DROP)
 * would then judge what hosts send to each other.
 */
export async function layNetwork(cluster: Identity): Promise<Subnet> {
  // Two bring-ups at once must not choose the same addresses.
  const lock = await holdLock('subnets');
  try {
    const subnet = chooseSubnet(cluster, await routesInUse());
    const hub = switchName(cluster);
    await ip([
      `netns add ${hub}`,
      `link add ${cluster.link} type veth peer name machine netns ${hub}`,
      `addr add ${machineAddress(subnet)}/24 dev ${cluster.link}`,
      `link set ${cluster.link} up`,
    ]);
    await ip(
      [
        'link add front type bridge',
        'link add back type bridge',
        'link set front up',
        'link set back up',
        'link set machine master front up',
      ],
      hub,
    );
    return subnet;
  } finally {
    await lock.release();
  }
}

/** Plug a host in: a network namespace of its own with a cable to the bridge for each leg. */
export async function plugIn(cluster: Identity, host: string, legs: Leg[]): Promise<void> {
  const netns = netnsName(cluster, host);
  const hub = switchName(cluster);
  await ip([`netns add ${netns}`]);
  await ip(
    legs.flatMap((leg, n) => [
      `link add ${portName(host, leg)} type veth peer name eth${n} netns ${netns}`,
      `link set ${portName(host, leg)} master ${leg.side} up`,
    ]),
    hub,
  );
  await ip(
    [
      'link set lo up',
      ...legs.flatMap((leg, n) => [
        `addr add ${leg.address}/${leg.side === 'front' ? 24 : 26} dev eth${n}`,
        // The same card after each boot: neighbours remember it.
        `link set eth${n} address ${cardAddress(leg.address)} up`,
      ]),
      // There is no way out: pulls and name look-ups fail at once instead of after their time limits.
      'route add unreachable default',
    ],
    netns,
  );
}

/** Pull a host out, if it is plugged in; the links go first, since the kernel empties a namespace at its leisure. */
export async function unplug(cluster: Identity, host: string, legs: Leg[]): Promise<void> {
  for (const leg of legs) {
    await run(['ip', '-n', switchName(cluster), 'link', 'del', portName(host, leg)], { mayFail: true });
  }

  await run(['ip', 'netns', 'del', netnsName(cluster, host)], { mayFail: true });
}

/** Pull (or put back) the cable at the bridge's end, as at a real switch: the host itself keeps its settings. */
export async function setCable(
  cluster: Identity,
  host: string,
  legs: Leg[],
  state: 'up' | 'down',
): Promise<void> {
  await ip(
    legs.map((leg) => `link set ${portName(host, leg)} ${state}`),
    switchName(cluster),
  );
}

export const netnsName = (cluster: Identity, host: string): string => `${cluster.netnsPrefix}-${host}`;

const switchName = (cluster: Identity): string => netnsName(cluster, 'switch');
const portName = (host: string, leg: Leg): string => (leg.side === 'front' ? host : `${host}-b`);

function cardAddress(address: string): string {
  const bytes = address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return ['02', '4c', ...bytes].join(':');
}

async function ip(commands: string[], netns?: string): Promise<void> {
  await run(['ip', ...(netns ? ['-n', netns] : []), '-batch', '-'], { input: `${commands.join('\n')}\n` });
}

type Route = { base: number; bits: number };

async function routesInUse(): Promise<Route[]> {
  const { stdout } = await run(['ip', '-4', '-j', 'route', 'show', 'table', 'all']);
  const routes = JSON.parse(stdout || '[]') as { dst: string }[];
  return routes.filter((route) => /^[\d.]+(\/\d+)?$/.test(route.dst)).map((route) => parseRoute(route.dst));
}

function parseRoute(text: string): Route {
  const [address = '', bits = '32'] = text.split('/');
  return { base: toNumber(address), bits: Number(bits) };
}

/** The first free /24 from a place that the cluster's id gives, so that it is the same one most of the time. */
function chooseSubnet(cluster: Identity, routes: Route[]): Subnet {
  const start = parseInt(digest(cluster.id), 16);
  for (let n = 0; n < 1000; n++) {
    const spot = (start + n * 257) >>> 0;
    const prefix = `10.${64 + ((spot >>> 8) % 128)}.${spot % 256}`;
    if (!routes.some((route) => overlaps(route, toNumber(`${prefix}.0`)))) return { prefix };
  }

  throw new Error(
    'No free 10.x.y.0/24 on this machine: `ip route` shows what occupies 10.64.0.0 to 10.191.255.255.',
  );
}

/** A route for a much larger range, such as a VPN's 10.0.0.0/8, is no hindrance: ours is more specific. */
function overlaps(route: Route, network: number): boolean {
  if (route.bits < 16) return false;
  const bits = Math.min(route.bits, 24);
  return route.base >>> (32 - bits) === network >>> (32 - bits);
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
