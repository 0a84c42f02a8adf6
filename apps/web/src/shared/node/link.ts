import type { ClientMessage, NodeApi, NodeEvent, Upload } from '@shoal/api'
import type { z } from 'zod'

/** The console's connection to a node: over HTTP (http-link.ts), or to one that is simulated in the page (simulated-link.ts). */
export interface NodeLink {
  readonly api: NodeApi
  readonly simulated: boolean
  /** Calls the sink until the channel is closed or lost. A lost channel is not opened again by itself. */
  openEvents(topics: readonly string[], sink: EventSink): EventChannel
  /** Sends one file of an upload. Rejects with an ApiError, or with the signal's reason. */
  putFile(upload: string, path: string, body: Blob, options: PutOptions): Promise<Upload>
  /** Where a browser reads what an `href` of the API names. */
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
