import {
  FILES,
  type FileHead,
  type FileNews,
  type FileOrder,
  type OpenFile,
} from '../service-worker/messages.ts'
import type { ShareFile } from '../share-file.ts'

/** A file that has an address. */
export interface AddressedFile extends Pick<ShareFile, 'lengthBytes' | 'read'> {
  readonly name: string
  readonly mediaType: string
  readonly download?: boolean
}

/**
 * The longest time to wait until a service worker that is being installed controls the page. In
 * some private windows it never does.
 */
const CONTROL_MS = 8000
/**
 * Interval of keep-alive messages: browsers terminate a worker that was idle for about 30 seconds.
 */
const AWAKE_MS = 10_000

/**
 * Addresses with which the browser reads files of torrents as if they were on a server: in players
 * with seeking, images and downloads. The service worker answers requests for them with bytes from
 * this page. The addresses reveal nothing about the file, in case a request ever reaches a server.
 */
export class FileAddresses {
  readonly #page = crypto.getRandomValues(new Uint32Array(3)).join('-')
  readonly #files = new Map<string, AddressedFile>()
  #last = 0
  #open = 0
  /** Files that the browser is saving: closing the page ends the download. */
  readonly #downloads = new Set<MessagePort>()
  #awake: ReturnType<typeof setInterval> | undefined

  constructor() {
    navigator.serviceWorker?.addEventListener('message', event => this.#onMessage(event))
    navigator.serviceWorker?.startMessages()
    addEventListener('beforeunload', event => {
      if (this.#downloads.size > 0) event.preventDefault()
    })
  }

  /**
   * Returns whether the service worker controls this page; waits a little for one that is being
   * installed.
   */
  async work(): Promise<boolean> {
    const { serviceWorker } = navigator
    if (!serviceWorker) return false
    if (serviceWorker.controller) return true
    const controlled = new Promise<boolean>(resolve => {
      serviceWorker.addEventListener('controllerchange', () => resolve(true), { once: true })
      setTimeout(() => resolve(serviceWorker.controller !== null), CONTROL_MS)
    })
    return controlled
  }

  /** Returns an address for a file, relative to the page. It is valid while the page is open. */
  add(file: AddressedFile): string {
    const token = `${this.#page}.${++this.#last}`
    this.#files.set(token, file)
    return `./${FILES}${token}`
  }

  #onMessage({ data, ports }: MessageEvent<OpenFile>): void {
    const [port] = ports
    const file = data?.kind === 'open-file' ? this.#files.get(data.token) : undefined
    if (port && file) this.#serve(port, file)
  }

  #serve(port: MessagePort, file: AddressedFile): void {
    const { lengthBytes, mediaType, name, download = false } = file
    const post = (news: FileNews, transfer: Transferable[] = []) => port.postMessage(news, transfer)
    let reader: ReadableStreamDefaultReader<Uint8Array> | null = null
    const close = () => {
      if (reader) this.#count(-1)
      void reader?.cancel().catch(() => {})
      reader = null
      this.#downloads.delete(port)
      port.close()
    }
    port.onmessage = async ({ data }: MessageEvent<FileOrder>) => {
      if (data.kind === 'cancel') return close()
      if (data.kind === 'range') {
        this.#count(1)
        if (download) this.#downloads.add(port)
        reader = file.read(data).getReader()
        return
      }
      try {
        const { done, value } = await reader!.read()
        if (!done) return post(...bytesNews(value))
        post({ kind: 'end' })
      } catch {
        post({ kind: 'failed' })
      }
      close()
    }
    const head: FileHead = { kind: 'head', lengthBytes, mediaType, name, download }
    post(head)
  }

  /** Keeps the worker alive while anything is read. */
  #count(change: 1 | -1): void {
    this.#open += change
    if (this.#open === 0) {
      clearInterval(this.#awake)
      this.#awake = undefined
    } else
      this.#awake ??= setInterval(
        () => navigator.serviceWorker.controller?.postMessage({ kind: 'stay-awake' }),
        AWAKE_MS,
      )
  }
}

function bytesNews(value: Uint8Array): [FileNews, Transferable[]] {
  const whole = value.byteLength === value.buffer.byteLength && value.buffer instanceof ArrayBuffer
  const bytes = (whole ? value : value.slice()) as Uint8Array<ArrayBuffer>
  return [{ kind: 'bytes', bytes }, [bytes.buffer]]
}
