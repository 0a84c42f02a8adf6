import { Socket } from 'node:net'

/**
 * Moves the handle of a paused socket, of which nothing was read, to a new socket with options that
 * only a constructor takes (`onread`). The new one is paused. Returns null if the handle is hidden;
 * the socket is then unchanged.
 */
export function adoptHandle(socket: Socket, options: object): Socket | null {
  const inner = socket as Socket & { _handle?: object | null }
  const handle = inner._handle
  if (!handle) return null
  inner._handle = null
  const adopted = new Socket({ ...options, handle, pauseOnCreate: true } as object)
  adopted.pause()
  // Otherwise an owner that counts the old socket, such as its server, would never see it close.
  adopted.once('close', () => socket.destroy())
  // Ending the old socket, for example when the route's interface is lost, must end this
  // connection.
  socket.once('close', () => adopted.destroy())
  return adopted
}
