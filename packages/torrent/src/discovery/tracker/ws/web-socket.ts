/** A WebSocket as the engine uses it: browsers and Node have one of their own. */
export interface Socket {
  send(text: string): void
  /** Sends what was handed over first. Safe to call twice. */
  close(): void
}

/** Every call comes from the event loop. */
export interface SocketHandler {
  onOpen(): void
  onText(text: string): void
  /** Called once, after which nothing else is; also when it could never be opened. */
  onClose(): void
}

/** Throws when the URL makes no sense. */
export type OpenSocket = (url: string, handler: SocketHandler) => Socket

export const openSocket: OpenSocket = (url, handler) => {
  const socket = new WebSocket(url)
  let isClosed = false
  const close = () => {
    if (isClosed) return
    isClosed = true
    handler.onClose()
  }
  socket.onopen = () => handler.onOpen()
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string' && !isClosed) handler.onText(data)
  }
  socket.onclose = close
  socket.onerror = close
  return {
    send: text => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close: () => socket.close(),
  }
}
