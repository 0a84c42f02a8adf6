/**
 * A running node as seen by the servers in front of it: the HTTP API and the APIs of Transmission
 * and qBittorrent. `operations` is the API's own contract: all JSON requests go through it, so all
 * servers behave alike.
 */
import type { CallOptions, NodeEvent, NodeOperations, Topic, Upload } from '@shoal/api'
import type { Family } from '@shoal/daemon/metrics'
import type { Log } from './log/log.ts'

export interface RunningNode {
  readonly operations: NodeOperations
  /** The same for the owner on another machine: see system/permissions.ts. */
  readonly remoteOperations: NodeOperations
  /** The same for callers who only know a password. */
  readonly guestOperations: NodeOperations
  /** Names of the running capabilities. */
  readonly capabilities: readonly string[]
  readonly events: NodeEvents
  readonly files: NodeFiles
  readonly log: Log
  readonly startedMs: number
  /** Metrics of all parts of the node, excluding the process and its servers. */
  metrics(): Promise<readonly Family[]>
}

/** One event, serialized at most once regardless of the number of clients. */
export interface OutgoingEvent {
  readonly event: NodeEvent
  /** JSON. */
  text(): string
}

export interface NodeEvents {
  /** Revision of the list of torrents: see NodeEvent `torrents`. */
  readonly revision: number
  /**
   * Calls the listener with each event of the topic until the returned function is called. Events
   * of `torrent:ID` are collected only while there is a listener. Throws `not-found` for an unknown
   * torrent, `bad-request` for an unknown topic.
   */
  subscribe(topic: Topic, listener: (event: OutgoingEvent) => void): () => void
}

/** Options of calls over HTTP. */
export interface HttpCallOptions extends CallOptions {
  /** The calling login session; null for other credentials. Absent for calls within the node. */
  session?(): number | null
  /**
   * Call it before replacing the password. Returns a function to call with or without success
   * afterwards: the calling session then survives under the new user name.
   */
  keepLogin?(): () => void
  /**
   * Rejects with `wrong-password` or `too-many-attempts` unless the request or this text proves the
   * console's present password. Absent if the caller cannot prove it.
   */
  provePassword?(present: string | undefined): Promise<void>
}

/** A file of a torrent, ready for reading. */
export interface ReadableFile {
  readonly name: string
  readonly lengthBytes: number
  readonly mediaType: string
  /** Changes whenever the content could have changed. */
  readonly etag: string
  /** The bytes [start, end); missing bytes are downloaded first. */
  read(options: { start: number; end: number; signal: AbortSignal }): AsyncIterable<Uint8Array>
}

export interface NodeFiles {
  /**
   * Opens a file by its path below the download folder (as TorrentFile.path), or by `#index`.
   * Rejects with `not-found`, `no-metadata`.
   */
  open(torrent: string, path: string): Promise<ReadableFile>
  /**
   * Opens a decrypted file of a sealed share that the session has opened. Rejects with `not-found`,
   * and with `busy` while too many are being read.
   */
  openSealed(id: string, index: number, session: number | null): Promise<ReadableFile>
  /** Rejects with `not-found`, and `no-metadata` while a magnet's metadata is unknown. */
  metainfo(torrent: string): Promise<{ name: string; bytes: Uint8Array }>
  /**
   * Receives one file of an upload. Rejects with `not-found`, `bad-request` for an unsafe path,
   * `no-space`; a partial file is deleted.
   */
  receive(
    upload: string,
    path: string,
    body: AsyncIterable<Uint8Array>,
    options: { signal: AbortSignal },
  ): Promise<Upload>
}
