import { concat } from '../../packages/torrent/src/base/bytes.ts'
import { RemotePeer } from '../../packages/torrent/src/swarm/testing/remote-peer.ts'
import type { Connection } from '../../packages/torrent/src/transport/transport.ts'
import {
  encodeHandshake,
  HANDSHAKE_BYTES,
  parseHandshake,
} from '../../packages/torrent/src/wire/handshake.ts'
import type { World } from './world.ts'

/**
 * Adds a misbehaving peer: it accepts connections on its own host, claims to have everything, and
 * calls `behave`. Returns its address.
 */
export async function stranger(world: World, behave: (peer: RemotePeer) => void): Promise<string> {
  const ip = world.reserve()
  await world.network
    .transport(ip)
    .listen({ port: 6881 }, connection => shakeHands(world, connection, behave))
  return ip
}

function shakeHands(world: World, connection: Connection, behave: (peer: RemotePeer) => void): void {
  let bytes = new Uint8Array(0)
  connection.start({
    onData(more) {
      bytes = concat([bytes, more]) as Uint8Array<ArrayBuffer>
      const handshake = parseHandshake(bytes)
      if (!handshake) return
      const { infoHash } = handshake
      const features = { extended: true, fast: true }
      connection.write(encodeHandshake({ infoHash, peerId: world.random.bytes(20), features }))
      const peer = new RemotePeer(connection, bytes.subarray(HANDSHAKE_BYTES))
      peer.send(out => [out.haveAll(), out.unchoke()])
      behave(peer)
    },
    onDrain() {},
    onClose() {},
  })
}
