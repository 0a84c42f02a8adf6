/**
 * A plain Socket.IO server: clients join a room, and each entry goes to all of them. It neither
 * stores nor checks anything. Prints its port, and exits when its standard input ends.
 */
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'

/** The version that the hub uses. */
const { Server } = createRequire(new URL('../../apps/hub/package.json', import.meta.url))('socket.io')

interface Socket {
  on(event: 'join', listener: (room: string, joined: () => void) => void): void
  join(room: string): void
}

const http = createServer()
const io = new Server(http, { transports: ['websocket'], serveClient: false })
io.on('connection', (socket: Socket) => {
  socket.on('join', (room, joined) => {
    socket.join(room)
    joined()
  })
})

/** `post ROOM BYTES`: one entry. */
process.stdin.setEncoding('utf8').on('data', text => {
  for (const line of String(text).split('\n').filter(Boolean)) {
    const [room = '', bytes = '0'] = line.split(' ')
    io.to(room).emit('entry', Buffer.alloc(Number(bytes), 7))
  }
})
process.stdin.on('end', () => process.exit(0))
http.listen(0, '127.0.0.1', () => console.log((http.address() as AddressInfo).port))
