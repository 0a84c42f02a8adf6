import type { ClientMessage, NodeApi, NodeEvent, Upload } from '@shoal/api'
import type { z } from 'zod'

/**
 * The console's connection to a node: over HTTP (http-link.ts), or to one that is simulated in the
 * page (simulated-link.ts).
 */
export interface NodeLink {
  readonly api: NodeApi
  readonly simulated: boolean
  /**
   * Opens an event channel that calls the sink until it is closed or lost. A lost channel is not
   * reopened.
   */
  openEvents(topics: readonly string[], sink: EventSink): EventChannel
  /** Uploads one file. Rejects with an ApiError, or with the signal's reason. */
  putFile(upload: string, path: string, body: Blob, options: PutOptions): Promise<Upload>
  /** Returns the address for an `href` of the API. */
  urlOf(href: string): string
}

export interface PutOptions {
  readonly signal?: AbortSignal
  onProgress?(sentBytes: number): void
}

export interface EventSink {
  received(event: NodeEvent): void
  /** Called once, unless the channel was closed by `close`. */
  lost(): void
}

export interface EventChannel {
  send(message: z.infer<typeof ClientMessage>): void
  close(): void
}
