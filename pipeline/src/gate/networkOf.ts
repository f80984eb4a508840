import { isIPv6, SocketAddress } from 'node:net';

/**
 * What stands for a client where an address is counted: one of IPv4 as it is, of IPv6 the network of 64 bits that it is in, since each machine has as many addresses in its network as it
 * likes. What is no address stays as it is.
 *
 * @example
 * ```ts
 * networkOf('2001:db8::1:2:3:4'); // '2001:db8:0:0::/64'
 * networkOf('::ffff:203.0.113.7'); // '203.0.113.7'
 * ```
 */
export function networkOf(address: string): string {
  // A zone names an interface of this machine.
  const bare = address.split('%', 1)[0];
  if (!isIPv6(bare)) return address;
  // In one spelling: lower case, no leading zeros.
  const plain = new SocketAddress({ address: bare, family: 'ipv6' }).address;
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (v4 !== undefined) return v4;
  const [head, tail] = plain.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0');
  return `${[...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':')}::/64`;
}
