/**
 * A running node as the servers in front of it see it: the HTTP API, the APIs of Transmission and qBittorrent.
 * `operations` is the API's own contract: all JSON requests go through it, so that all servers behave alike.
 */
import type { CallOptions, NodeEvent, NodeOperations, Topic, Upload } from '@shoal/api'
import type { Family } from '@shoal/daemon/metrics'
import type { Log } from './log/log.ts'

export interface RunningNode {
  readonly operations: NodeOperations
  /** The same for the owner at another machine: see system/permissions.ts. */
  readonly remoteOperations: NodeOperations
  /** The same for callers who only know a password. */
  readonly guestOperations: NodeOperations
  /** Names of the capabilities that run. */
  readonly capabilities: readonly string[]
  readonly events: NodeEvents
  readonly files: NodeFiles
  readonly log: Log
  readonly startedMs: number
  /** Metrics of everything that runs in it. Those of the process and of its servers are not among them. */
  metrics(): Promise<readonly Family[]>
}

/** One event, serialised at most once however many clients it goes to. */
export interface OutgoingEvent {
  readonly event: NodeEvent
  /** JSON. */
  text(): string
}

export interface NodeEvents {
  /** Revision of the list of torrents: see NodeEvent `torrents`. */
  readonly revision: number
  /**
   * Calls the listener with each event of the topic until the returned function is called. Events of `torrent:ID` are collected only while
   * there is a listener. Throws `not-found` for an unknown torrent, `bad-request` for an unknown topic.
   */
  subscribe(topic: Topic, listener: (event: OutgoingEvent) => void): () => void
}

/** Options of the calls that come over HTTP. */
export interface HttpCallOptions extends CallOptions {
  /** The login session that calls; null for other credentials. Absent for calls from inside of the node. */
  session?(): number | null
  /** Call it before the password is replaced. Returns what to call when that was done, or was not: the session that calls then continues, under the new user name. */
  keepLogin?(): () => void
  /** Rejects with `wrong-password` or `too-many-attempts` if neither the request nor this is the present password of the console. Absent if the caller has no way to prove it. */
  provePassword?(present: string | undefined): Promise<void>
}

/** A file of a torrent, ready to be read. */
export interface ReadableFile {
  readonly name: string
  readonly lengthBytes: number
  readonly mediaType: string
  /** Changes whenever the content may have changed. */
  readonly etag: string
  /** The bytes [start, end); missing bytes are downloaded first. */
  read(options: { start: number; end: number; signal: AbortSignal }): AsyncIterable<Uint8Array>
}

export interface NodeFiles {
  /** By its path below the download folder (as TorrentFile.path), or by `#index`. Rejects with `not-found`, `no-metadata`. */
  open(torrent: string, path: string): Promise<ReadableFile>
  /** A file in a sealed share that the session has opened, decrypted. Rejects with `not-found`, and with `busy` while too many are read. */
  openSealed(id: string, index: number, session: number | null): Promise<ReadableFile>
  /** Rejects with `not-found`, and `no-metadata` while a magnet's metadata is unknown. */
  metainfo(torrent: string): Promise<{ name: string; bytes: Uint8Array }>
  /** Receives one file of an upload. Rejects with `not-found`, `bad-request` for an unsafe path, `no-space`; what came of it is then deleted. */
  receive(
    upload: string,
    path: string,
    body: AsyncIterable<Uint8Array>,
    options: { signal: AbortSignal },
  ): Promise<Upload>
}
