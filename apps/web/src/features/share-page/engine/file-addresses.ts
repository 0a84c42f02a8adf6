import {
  FILES,
  type FileHead,
  type FileNews,
  type FileOrder,
  type OpenFile,
} from '../service-worker/messages.ts'
import type { ShareFile } from '../share-file.ts'

/** A file, as an address gives it. */
export interface AddressedFile extends Pick<ShareFile, 'lengthBytes' | 'read'> {
  readonly name: string
  readonly mediaType: string
  readonly download?: boolean
}

/** A service worker that is being installed takes over the page soon; in some private windows, never. */
const CONTROL_MS = 8000
/** Browsers end a worker that was idle for about 30 seconds. */
const AWAKE_MS = 10_000

/**
 * Addresses under which the browser reads files of torrents as if they lay on a server: players with seeking, pictures, downloads. The service
 * worker answers for them with what this page gives it. They tell nothing of the file, so that no server learns of it should one be asked.
 */
export class FileAddresses {
  readonly #page = crypto.getRandomValues(new Uint32Array(3)).join('-')
  readonly #files = new Map<string, AddressedFile>()
  #last = 0
  #open = 0
  /** Files that the browser is saving: this ends with the page. */
  readonly #downloads = new Set<MessagePort>()
  #awake: ReturnType<typeof setInterval> | undefined

  constructor() {
    navigator.serviceWorker?.addEventListener('message', event => this.#onMessage(event))
    navigator.serviceWorker?.startMessages()
    addEventListener('beforeunload', event => {
      if (this.#downloads.size > 0) event.preventDefault()
    })
  }

  /** Whether the service worker answers for this page; waits a little for one that is being installed. */
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

  /** The address of a file, relative to the page. It holds as long as the page is open. */
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
    const tell = (news: FileNews, transfer: Transferable[] = []) => port.postMessage(news, transfer)
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
        if (!done) return tell(...bytesNews(value))
        tell({ kind: 'end' })
      } catch {
        tell({ kind: 'failed' })
      }
      close()
    }
    const head: FileHead = { kind: 'head', lengthBytes, mediaType, name, download }
    tell(head)
  }

  /** While anything is read the worker is kept from being ended. */
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
