/** A bare libp2p stream: an upper bound for our transport. */
import { multiaddr } from '@multiformats/multiaddr'
import { plainHost } from '../libp2p-hosts.ts'
import type { Pipe } from './pipe.ts'

const PROTOCOL = '/bare/1'
/** Sizes from 64 to 256 KiB are the fastest. */
const PIECE = new Uint8Array(128 * 1024)

const host = await plainHost()

export const pipe: Pipe = {
  async listen(_host, onBytes) {
    await host.handle(PROTOCOL, async stream => {
      for await (const bytes of stream) onBytes(bytes.byteLength)
    })
    return Number(host.getMultiaddrs()[0]!.getComponents()[1]!.value)
  },

  async flood(address, port, bytes) {
    const stream = await host.dialProtocol(multiaddr(`/ip4/${address}/tcp/${port}`), PROTOCOL)
    const send = async () => {
      for (let left = bytes; left > 0; left -= PIECE.length)
        if (!stream.send(PIECE.subarray(0, Math.min(left, PIECE.length)))) await stream.onDrain()
    }
    void send()
  },
}
