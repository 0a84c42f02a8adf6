/** The part of a WebSocket that the engine uses. Browsers and Node provide it. */
export interface Socket {
  send(text: string): void
  /** Sends pending messages first. Safe to call twice. */
  close(): void
}

/** All callbacks are asynchronous. */
export interface SocketHandler {
  onOpen(): void
  onText(text: string): void
  /**
   * Called once, after all other callbacks, also if the connection was never established.
   * `reason`: from the tracker.
   */
  onClose(reason?: string): void
}

/** Throws if the URL is invalid. */
export type OpenSocket = (url: string, handler: SocketHandler) => Socket

export const openSocket: OpenSocket = (url, handler) => {
  const socket = new WebSocket(url)
  let isClosed = false
  const close = (reason?: string) => {
    if (isClosed) return
    isClosed = true
    handler.onClose(reason)
  }
  socket.onopen = () => handler.onOpen()
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string' && !isClosed) handler.onText(data)
  }
  socket.onclose = event => close(event.reason)
  socket.onerror = () => close()
  return {
    send: text => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close: () => socket.close(),
  }
}
