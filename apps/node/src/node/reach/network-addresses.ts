import type { NetworkInterfaceInfo } from 'node:os'
import { isLocalAddress, ownUrlHost } from '@shoal/torrent/local-address'

/**
 * Interfaces of containers, virtual machines and VPNs, whose addresses other local devices, such as
 * phones, cannot use.
 */
const VIRTUAL =
  /^(?:docker|br-|veth|virbr|vmnet|vboxnet|lxc|lxd|podman|cni|flannel|cali|tun|tap|wg|ppp|utun|awdl|llw|bridge|ham|zt)|^vEthernet|VirtualBox|VMware|Hyper-V|WSL|Loopback/i

const MOST = 16

/**
 * Returns the addresses at which others in the network can reach this machine, best first: private
 * IPv4, other IPv4, IPv6.
 */
export function networkAddresses(
  interfaces: NodeJS.Dict<
    readonly Pick<NetworkInterfaceInfo, 'address' | 'family' | 'internal' | 'scopeid'>[]
  >,
): string[] {
  const found = Object.entries(interfaces)
    .filter(([name]) => !VIRTUAL.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    // A link-local address needs a zone, which links cannot have.
    .filter(
      ({ address, internal, scopeid = 0 }) =>
        !internal && scopeid === 0 && !/^(?:fe80:|169\.254\.)/i.test(address),
    )
  const rank = ({ address, family }: (typeof found)[number]) =>
    (family === 'IPv4' ? 0 : 2) + (isLocalAddress(address) === (family === 'IPv4') ? 0 : 1)
  const sorted = found.sort((a, b) => rank(a) - rank(b))
  return [...new Set(sorted.map(({ address }) => address))].slice(0, MOST)
}

export function urlOf(address: string, port: number): string {
  return `http://${ownUrlHost(address)}:${port}`
}
