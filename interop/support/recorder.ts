/** A TCP relay that records what a peer sends, and replays it on a separate connection. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** Part of the greeting of `sh_peer`, with which an exchange begins. */
const GREETING = '8:msg_typei0e'

/** Starts a relay to a port of this machine. */
export async function startRecorder(port: number) {
  const sockets: Socket[] = []
  /** Sent by the connecting side: before it was greeted, and after that. */
  const before: Buffer[] = []
  const after: Buffer[] = []
  const open = () => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    sockets.push(socket)
    return socket
  }
  /** Returns a function that reports whether a socket has received a greeting. */
  const listen = (socket: Socket, onGreeted = () => {}) => {
    let received = Buffer.alloc(0)
    let isGreeted = false
    socket.on('data', bytes => {
      if (isGreeted) return
      received = Buffer.concat([received, bytes])
      isGreeted = received.includes(GREETING)
      if (isGreeted) onGreeted()
    })
    return () => isGreeted
  }
  const server = createServer(peer => {
    const onward = open()
    sockets.push(peer)
    const isGreeted = listen(onward)
    peer.on('data', bytes => (isGreeted() ? after : before).push(bytes))
    peer.on('error', () => onward.destroy())
    peer.pipe(onward).pipe(peer)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Replays everything, each part when it is due. */
    async replay(): Promise<void> {
      const socket = open()
      const greeted = new Promise<void>(resolve => listen(socket, resolve))
      socket.write(Buffer.concat(before))
      await greeted
      socket.write(Buffer.concat(after))
    },
    async [Symbol.asyncDispose](): Promise<void> {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
