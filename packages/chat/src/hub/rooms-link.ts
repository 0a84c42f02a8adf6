/** A connection to the rooms of one hub, which is opened again whenever it ends. */
import { type ClientOptions, RoomError, RoomsClient, type SentInboxEntry } from '@shoal/hub-api/rooms'

export interface LinkListener {
  inbox?(entries: readonly SentInboxEntry[]): void
  connected(): void
  disconnected?(): void
  /** It does not reconnect: this device may not log in, or the hub is another one. */
  ended(error: RoomError): void
}

export class RoomsLink {
  readonly rooms: RoomsClient
  #connected = deferred<void>()
  #isConnected = false

  constructor(options: ClientOptions, listener: LinkListener) {
    this.rooms = new RoomsClient(options, {
      connected: () => {
        this.#isConnected = true
        this.#connected.resolve()
        listener.connected()
      },
      disconnected: () => {
        // Existing waiters now wait for the next connection.
        if (this.#isConnected) this.#connected = deferred()
        this.#isConnected = false
        listener.disconnected?.()
      },
      inbox: entries => listener.inbox?.(entries),
      ended: error => listener.ended(error),
    })
  }

  /**
   * Resolves with the hub's key while connected, and otherwise with the next connection. Rejects
   * with `closed`.
   */
  async connected(): Promise<Uint8Array> {
    await this.#connected.promise
    return this.rooms.hub!
  }

  /** Idempotent. */
  close(): void {
    this.#connected.reject(closedError())
    this.rooms.close()
  }
}

/** A promise whose rejection need not be handled. */
export function deferred<T>(): PromiseWithResolvers<T> {
  const it = Promise.withResolvers<T>()
  it.promise.catch(() => {})
  return it
}

export function closedError(): RoomError {
  return new RoomError('closed', 'The connection to the hub was closed')
}
