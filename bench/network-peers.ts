/**
 * `node network-peers.ts MULTIADDR COUNT`: runs COUNT hosts of the Shoal network, connected to one
 * node, until the process is killed.
 */
import { systemRandom } from '@shoal/torrent/base'
import { dialText, openHost } from '../packages/network/src/host/index.node.ts'

const [address = '', count = '0'] = process.argv.slice(2)
for (let i = 0; i < Number(count); i++) {
  const { libp2p } = await openHost({ seed: systemRandom.bytes(32), listen: ['/ip4/127.0.0.1/tcp/0'] })
  for (;;) {
    const connection = await dialText(libp2p, address, AbortSignal.timeout(10_000)).catch(() => null)
    if (connection) break
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  // A node accepts ten new connections per second from one address.
  await new Promise(resolve => setTimeout(resolve, 120))
}
process.stdout.write('connected\n')
