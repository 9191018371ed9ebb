import { BlockList, isIP, isIPv6 } from 'node:net';

/** Addresses that no document may lead to, whatever is configured: link-local, metadata services, no host at all. */
const NEVER = blockList([
  ['0.0.0.0', 8],
  ['100.100.100.200', 32], // Alibaba Cloud's metadata service
  ['169.254.0.0', 16], // link-local; metadata of AWS, Google Cloud and Azure
  ['192.0.0.0', 24], // protocol assignments; Oracle Cloud's metadata service
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 128],
  ['fd00:ec2::', 32], // metadata of AWS
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]);

/** Addresses of one's own network, after the registries of special-purpose addresses (IANA; RFC 6890). */
const PRIVATE = blockList([
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['::1', 128],
  ['fc00::', 7],
]);

/** Addresses that lead to no host of the internet: for documentation, for benchmarks, or in the place of another. */
const SPECIAL = blockList([
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4: holds an IPv4 address
  ['3fff::', 20],
]);

/** All that is given out for hosts of the internet. What is not of it, such as `::ffff:0:0/96`, leads elsewhere. */
const GLOBAL_IPV6 = blockList([['2000::', 3]]);

/** Whether content may be fetched from an address; `allowPrivate` lets it be one of an intranet or of this host. */
export function isAllowedAddress(address: string, { allowPrivate }: { allowPrivate: boolean }): boolean {
  const family = isIP(address);
  // A zone (`fe80::1%eth0`) names an interface of this host.
  if (family === 0 || address.includes('%')) return false;
  const is = (list: BlockList) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  // Before the others: a list of IPv4 ranges is asked for mapped addresses too.
  if (isIPv6(address) && isMapped(address)) return false;
  if (is(NEVER) || is(SPECIAL)) return false;
  if (is(PRIVATE)) return allowPrivate;
  return family === 4 || is(GLOBAL_IPV6);
}

const MAPPED = blockList([['::ffff:0:0', 96]]);

function isMapped(address: string): boolean {
  return MAPPED.check(address, 'ipv6');
}

function blockList(ranges: readonly (readonly [network: string, prefix: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) {
    list.addSubnet(network, prefix, isIPv6(network) ? 'ipv6' : 'ipv4');
  }
  return list;
}
