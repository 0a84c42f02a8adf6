import { connect, type Socket, type TcpNetConnectOpts } from 'node:net'

/**
 * Opens a connection without a route. Rejects with the system's error or with the signal's reason.
 */
export function connectDirectly(
  target: TcpNetConnectOpts,
  { signal }: { signal: AbortSignal },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const socket = connect(target)
    const fail = (error: unknown) => {
      signal.removeEventListener('abort', abort)
      socket.on('error', () => {})
      socket.destroy()
      reject(error)
    }
    const abort = () => fail(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    socket.once('error', fail)
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
      resolve(socket)
    })
  })
}
