/** The parts of a service worker's globals that are used here: TypeScript has them in a library that excludes that of pages. */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface FetchEvent extends Lasting {
  readonly request: Request
  respondWith(response: Promise<Response> | Response): void
}

interface Client {
  postMessage(message: unknown, transfer: readonly Transferable[]): void
}

export interface WorkerScope {
  readonly registration: { readonly scope: string }
  readonly clients: {
    claim(): Promise<void>
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly Client[]>
  }
  skipWaiting(): Promise<void>
  addEventListener(name: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(name: 'fetch', listener: (event: FetchEvent) => void): void
  addEventListener(name: 'message', listener: (event: MessageEvent) => void): void
}

export const scope = globalThis as unknown as WorkerScope
