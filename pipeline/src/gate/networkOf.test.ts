import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networkOf } from './networkOf.js';

describe('networkOf', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['2001:DB8:0:12:ffff::1', '2001:db8:0:12::/64'],
    ['2001:db8:0:12:1:2:3:4', '2001:db8:0:12::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
    ['nonsense::%', 'nonsense::%'],
  ])('counts %s as %s', (address, network) => expect(networkOf(address)).toBe(network));

  it('counts all addresses of 64 bits as one, however they are written, and those of other 64 bits as others', () => {
    const part = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    const half = fc.tuple(part, part, part, part);
    const whole = (parts: readonly number[]) => parts.map((one) => one.toString(16)).join(':');
    fc.assert(
      fc.property(half, half, half, (front, one, other) => {
        fc.pre(front.some((value) => value !== 0));
        const short = new URL(`http://[${whole([...front, ...one])}]`).hostname.slice(1, -1);
        expect(isIPv6(short)).toBe(true);
        expect(networkOf(short)).toBe(networkOf(whole([...front, ...other]).toUpperCase()));
        expect(networkOf(short)).toBe(`${whole(front)}::/64`);
      }),
    );
  });
});
