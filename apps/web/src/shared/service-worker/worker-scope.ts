/**
 * The parts of a service worker's globals that are used here: TypeScript declares them in a library
 * that conflicts with that of pages.
 */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void
}

interface FetchEvent extends Lasting {
  readonly request: Request
  respondWith(response: Promise<Response> | Response): void
}

interface NotificationClick extends Lasting {
  readonly notification: { readonly data: unknown; close(): void }
}

interface Client {
  focus(): Promise<unknown>
  postMessage(message: unknown, transfer?: readonly Transferable[]): void
}

export interface WorkerScope {
  readonly registration: { readonly scope: string }
  readonly clients: {
    claim(): Promise<void>
    openWindow(url: string): Promise<unknown>
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<readonly Client[]>
  }
  skipWaiting(): Promise<void>
  addEventListener(name: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(name: 'notificationclick', listener: (event: NotificationClick) => void): void
  addEventListener(name: 'fetch', listener: (event: FetchEvent) => void): void
  addEventListener(name: 'message', listener: (event: MessageEvent & Lasting) => void): void
}

export const scope = globalThis as unknown as WorkerScope
