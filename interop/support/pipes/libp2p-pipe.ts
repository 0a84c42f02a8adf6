/** Our transport over a libp2p stream. */
import { multiaddr } from '@multiformats/multiaddr'
import { limitMs } from '@shoal/testing'
import { Libp2pTransport } from '../../../packages/network/src/transport/libp2p-transport.ts'
import { peerAddress } from '../../../packages/network/src/transport/peer-name.ts'
import { plainHost } from '../libp2p-hosts.ts'
import { count, floodConnection } from './blocks.ts'
import type { Pipe } from './pipe.ts'

const host = await plainHost()
const transport = new Libp2pTransport(host)

export const pipe: Pipe = {
  async listen(_host, onBytes) {
    await transport.listen({ port: 0 }, connection => count(connection, onBytes))
    return Number(host.getMultiaddrs()[0]!.getComponents()[1]!.value)
  },

  async flood(address, port, bytes) {
    const signal = AbortSignal.timeout(limitMs(20))
    const { remotePeer } = await host.dial(multiaddr(`/ip4/${address}/tcp/${port}`), { signal })
    floodConnection(await transport.dial(peerAddress(remotePeer), { signal }), bytes)
  },
}
