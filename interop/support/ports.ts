import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

const given = new Set<number>()

/** A port of 127.0.0.1 that nothing listens on, neither TCP nor UDP, and that was not given out before. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = await tcpPort()
    if (!given.has(port) && (await isFreeUdp(port))) {
      given.add(port)
      return port
    }
  }
  throw new Error('no free port on 127.0.0.1: is something using them all?')
}

function tcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function isFreeUdp(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = createSocket('udp4')
    socket.once('error', () => {
      socket.close()
      resolve(false)
    })
    socket.bind(port, '127.0.0.1', () => socket.close(() => resolve(true)))
  })
}
