/**
 * A load generator process of the tracker benchmark: announces as fast as responses arrive, with a
 * limited number of pending announces. It is for machines without a C compiler: tracker-load.c does
 * the same in a tenth of the CPU time. Arguments: kind, port, seconds, swarms, first peer,
 * announces, peers.
 */
import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { swarmHash } from './tracker-swarms.ts'

const [kind = '', ...numbers] = process.argv.slice(2)
const [port = 0, seconds = 0, swarms = 1, first = 0, announces = 0, peers = 0] = numbers.map(Number)
// `announces` is their total number, `peers` the number of peers that take turns; 0: unlimited.

const UDP_WINDOW = 128
const HTTP_CONNECTIONS = 64
/** Datagrams get lost: an announce without a response is repeated after this time. */
const STALL_MS = 100

let answers = 0
let sent = 0
const started = performance.now()
const isOver = () => (announces > 0 ? answers >= announces : performance.now() - started > seconds * 1000)
const mayAsk = () => announces === 0 || sent < announces

/** Returns the swarm and port of the next peer: all swarms in turn, then again with other ports. */
function nextPeer(): { hash: Uint8Array; peerPort: number; isSeed: boolean } {
  const number = peers > 0 ? (first + sent) % peers : first + sent
  sent++
  return {
    hash: swarmHash(number % swarms),
    peerPort: 1 + (Math.floor(number / swarms) % 65_535),
    isSeed: number % 3 === 0,
  }
}

function end(): never {
  const { user, system } = process.cpuUsage()
  const wallSeconds = (performance.now() - started) / 1000
  console.log(JSON.stringify({ answers, seconds: wallSeconds, cpuSeconds: (user + system) / 1e6 }))
  process.exit(0)
}

function udp(): void {
  const socket = createSocket({
    type: 'udp4',
    recvBufferSize: 4 << 20,
    lookup: (host, _options, done) => done(null, host, 4),
  })
  const packet = Buffer.alloc(98)
  packet.fill('-XX0000-000000000000', 36, 56)
  packet.writeInt32BE(1, 8)
  packet.writeInt32BE(50, 92)
  const ask = () => {
    const { hash, peerPort, isSeed } = nextPeer()
    packet.set(hash, 16)
    packet[71] = isSeed ? 0 : 1
    packet.writeUInt16BE(peerPort, 96)
    // Copy each one: it may be sent only at the end of the turn.
    socket.send(Uint8Array.from(packet), port, '127.0.0.1')
  }
  let lastMs = performance.now()
  socket.on('message', answer => {
    if (answer[3] === 0) {
      answer.copy(packet, 0, 8, 16)
      for (let count = 0; count < UDP_WINDOW && mayAsk(); count++) ask()
      return
    }
    answers++
    if ((answers & 63) === 0) {
      lastMs = performance.now()
      if (isOver()) end()
    }
    if (mayAsk()) ask()
    else if (isOver()) end()
  })
  setInterval(() => {
    if (isOver() || (announces > 0 && sent >= announces && performance.now() - lastMs > 1000)) end()
    if (performance.now() - lastMs < STALL_MS) return
    for (let count = 0; count < UDP_WINDOW / 4 && mayAsk(); count++) ask()
  }, STALL_MS)
  socket.send(Buffer.from('00000417271019800000000000000001', 'hex'), port, '127.0.0.1')
}

function requestText(isKept: boolean): string {
  const { hash, peerPort, isSeed } = nextPeer()
  let escaped = ''
  for (const byte of hash) escaped += byte < 16 ? `%0${byte.toString(16)}` : `%${byte.toString(16)}`
  const query = `info_hash=${escaped}&peer_id=-XX0000-000000000000&port=${peerPort}&uploaded=0&downloaded=0&left=${isSeed ? 0 : 1}&compact=1&numwant=50`
  return `GET /announce?${query} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: ${isKept ? 'keep-alive' : 'close'}\r\n\r\n`
}

/** Uses one connection per announce. */
function httpClosed(): void {
  const open = () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(requestText(false), 'latin1')
    let isAnswered = false
    socket.on('data', () => {
      isAnswered = true
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (isAnswered) answers++
      if (isOver()) end()
      open()
    })
  }
  for (let count = 0; count < HTTP_CONNECTIONS; count++) open()
}

/** Sends one announce after another on each connection. */
function httpKept(): void {
  const open = () => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const ask = () => socket.write(requestText(true), 'latin1')
    socket.on('connect', ask)
    // A response arrives in one read, and ends with the end of its dictionary.
    socket.on('data', bytes => {
      if (bytes[bytes.length - 1] !== 0x65) return
      answers++
      if (isOver()) end()
      ask()
    })
    socket.on('error', () => {})
    socket.on('close', open)
  }
  for (let count = 0; count < HTTP_CONNECTIONS; count++) open()
}

if (kind === 'udp') udp()
else if (kind === 'http') httpClosed()
else httpKept()
