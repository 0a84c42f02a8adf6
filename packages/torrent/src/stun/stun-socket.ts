import { openDatagram } from '#datagram'
import { StunServer } from './stun-server.ts'

export { isStunRequest, StunServer } from './stun-server.ts'

/**
 * Answers STUN at one address of this machine, on a UDP port of its own; 0 for any free one.
 * Rejects as OpenDatagram does.
 */
export async function openStun(
  { host, port }: { readonly host: string; readonly port: number },
  server: StunServer = new StunServer(() => performance.now()),
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const socket = await openDatagram({ family: host.includes(':') ? 6 : 4, host, port })
  socket.onMessage = (bytes, from, fromPort) => {
    const response = server.answer(bytes, from, fromPort)
    if (response) socket.send(response, from, fromPort)
  }
  return socket
}
