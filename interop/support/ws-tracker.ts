import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Tracker, WebSocketFront } from '@shoal/tracker'

export interface WsTracker extends AsyncDisposable {
  readonly url: string
}

/** A WebSocket tracker on loopback, for signaling between browsers. */
export async function openWsTracker(): Promise<WsTracker> {
  const tracker = new Tracker()
  const sockets = new WebSocketFront(tracker)
  const server = createServer((_, response) => void response.writeHead(404).end())
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      await sockets.close()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
