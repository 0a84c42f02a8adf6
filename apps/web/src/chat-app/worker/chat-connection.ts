/** The worker with the chat, for the page. Only one window at a time runs it. */
import { ApiError, type CallOptions, type ChatEvent } from '@shoal/api'
import type { ChatContact } from '../../features/chat/chat-client.ts'
import { Cell } from '../../shared/base/cell.ts'
import type { ChatSettings } from '../device/chat-browser.ts'
import type { Failure, Fault, PageMessage, WorkerMessage } from './protocol.ts'

/** `elsewhere`: the chat is open in another window. */
export type ChatState =
  | { readonly kind: 'opening' | 'open' | 'elsewhere' }
  | { readonly kind: 'ended'; readonly failure: Failure }

const CHANNEL = 'shoal-chat'
/** Attempts to get the lock. A window that releases the chat has done so by then. */
const TRIES = 20
const RETRY_MS = 100

export class ChatConnection {
  readonly state = new Cell<ChatState>({ kind: 'opening' })
  readonly faults = new Cell<readonly Fault[]>([])
  /** Persons with alarms. */
  readonly warned = new Cell<readonly ChatContact[]>([])
  readonly #windows = new BroadcastChannel(CHANNEL)
  readonly #listeners = new Set<(event: ChatEvent) => void>()
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>()
  #worker: Worker | null = null
  /** Closes the peer connections of the worker. */
  #hangUp = () => {}
  #last = 0
  #tries = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    // Another window takes over the chat.
    this.#windows.onmessage = () => {
      this.#end()
      this.state.set({ kind: 'elsewhere' })
    }
  }

  /** Opens the chat, unless it is open in another window. */
  open(): void {
    this.#end()
    this.state.set({ kind: 'opening' })
    const worker = new Worker(new URL('./chat-worker.ts', import.meta.url), { type: 'module' })
    this.#worker = worker
    worker.onmessage = ({ data }: MessageEvent<WorkerMessage>) => this.#received(data)
    worker.onerror = ({ message }) =>
      this.#received({ kind: 'ended', failure: { code: 'internal', message, field: null } })
  }

  /** Opens the chat in this window; the window that has it open closes it. */
  takeOver(): void {
    this.#tries = TRIES
    this.#windows.postMessage(null)
    this.open()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#end()
    this.#windows.close()
  }

  call(name: string, input: object, { signal }: CallOptions = {}): Promise<unknown> {
    const worker = this.#worker
    if (!worker) return Promise.reject(new ApiError('unavailable', 'The chat is not open in this window.'))
    const call = ++this.#last
    const result = Promise.withResolvers<unknown>()
    this.#calls.set(call, result)
    this.#post({ kind: 'call', call, name, input })
    const cancel = () => this.#post({ kind: 'cancel', call })
    signal?.addEventListener('abort', cancel, { once: true })
    return result.promise.finally(() => signal?.removeEventListener('abort', cancel))
  }

  listen(listener: (event: ChatEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  set(settings: ChatSettings): void {
    this.#post({ kind: 'settings', settings })
  }

  #post(message: PageMessage): void {
    this.#worker?.postMessage(message)
  }

  #received(message: WorkerMessage): void {
    switch (message.kind) {
      case 'open':
        this.#tries = 0
        void this.#lendRtc()
        return this.state.set({ kind: 'open' })
      case 'ended':
        return this.#ended(message.failure)
      case 'event':
        for (const listener of [...this.#listeners]) listener(message.event as ChatEvent)
        return
      case 'fault':
        return this.faults.set([
          ...this.faults.get().filter(each => !isSame(each, message.fault)),
          message.fault,
        ])
      case 'warned':
        return this.warned.set(message.persons)
      case 'result':
        this.#calls.get(message.call)?.resolve(message.value)
        break
      case 'failure': {
        const { code, message: text, field } = message.failure
        this.#calls.get(message.call)?.reject(new ApiError(code, text, { field: field ?? undefined }))
      }
    }
    this.#calls.delete(message.call)
  }

  #ended(failure: Failure): void {
    this.#end()
    if (failure.code !== 'in-use') return this.state.set({ kind: 'ended', failure })
    // The browser releases the lock when the other window has terminated its worker.
    if (this.#tries-- > 0) this.#timer = setTimeout(() => this.open(), RETRY_MS)
    else this.state.set({ kind: 'elsewhere' })
  }

  async #lendRtc(): Promise<void> {
    const worker = this.#worker
    if (!worker || typeof RTCPeerConnection === 'undefined') return
    const { lendRtc } = await import('../../shared/engine/rtc-lender.ts')
    if (this.#worker !== worker) return
    const { port1, port2 } = new MessageChannel()
    this.#hangUp = lendRtc(port1)
    worker.postMessage({ kind: 'rtc', port: port2 } satisfies PageMessage, [port2])
  }

  /** Terminates the worker. The journals are consistent at any point. */
  #end(): void {
    clearTimeout(this.#timer)
    this.#hangUp()
    this.#hangUp = () => {}
    this.#worker?.terminate()
    this.#worker = null
    for (const { reject } of this.#calls.values())
      reject(new ApiError('unavailable', 'The chat is not open in this window.'))
    this.#calls.clear()
  }
}

function isSame(one: Fault, other: Fault): boolean {
  return one.hub === other.hub && one.message === other.message
}
