/**
 * Many peers in one process, as cheap as possible: seeds of a torrent of zeros, and the same number
 * of leeches that have every second piece, want the rest and serve nothing. Arguments: port of the
 * client to connect to, info hash, number of peers, number of pieces, bytes per piece.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const [port, infoHash, peers, pieces] = process.argv.slice(2) as [string, string, string, string]
const CONNECTS_AT_ONCE = 25
const BLOCK = Buffer.alloc(16_384)
const HANDSHAKE_BYTES = 68
const REQUEST = 6

const leechPieces = Buffer.alloc(Math.ceil(Number(pieces) / 8), 0b1010_1010)

async function join(number: number): Promise<Socket> {
  const isSeed = number % 2 === 0
  const socket = connect({ host: '127.0.0.1', port: Number(port), noDelay: true })
  await once(socket, 'connect')
  // Reserved bits: the fast extension (BEP 6).
  const head = Buffer.concat([
    Buffer.from('\x13BitTorrent protocol\0\0\0\0\0\0\0\x04', 'latin1'),
    Buffer.from(infoHash, 'hex'),
    Buffer.from(`-CR0001-${String(number).padStart(12, '0')}`),
  ])
  socket.write(head)
  socket.write(isSeed ? message(14) : message(5, leechPieces))
  socket.write(isSeed ? message(1) : message(2))
  serve(socket)
  return socket
}

function message(id: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(1 + payload.length)
  head[4] = id
  return Buffer.concat([head, payload])
}

/** Answers all requests of one read in one write. */
function serve(socket: Socket): void {
  let rest = Buffer.alloc(0)
  let skip = HANDSHAKE_BYTES
  socket.on('error', () => socket.destroy())
  socket.on('data', bytes => {
    rest = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes
    if (rest.length < skip) return
    let at = skip
    socket.cork()
    for (; at + 4 <= rest.length; ) {
      const size = 4 + rest.readUInt32BE(at)
      if (at + size > rest.length) break
      if (size === 17 && rest[at + 4] === REQUEST) answer(socket, rest.subarray(at + 5, at + 13))
      at += size
    }
    socket.uncork()
    skip = 0
    rest = rest.subarray(at)
  })
}

function answer(socket: Socket, place: Buffer): void {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(9 + BLOCK.length)
  head[4] = 7
  head.set(place, 5)
  socket.write(head)
  socket.write(BLOCK)
}

let next = 0
await Promise.all(
  Array.from({ length: CONNECTS_AT_ONCE }, async () => {
    while (next < Number(peers)) await join(next++)
  }),
)
console.log('connected')
