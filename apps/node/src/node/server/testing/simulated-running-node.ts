import { CONTRACTS, type Topic } from '@shoal/api'
import { topicOf } from '@shoal/api/event-topics'
import { receiveFile, SimulatedNode } from '@shoal/api/testing/node'
import { Failure } from '@shoal/daemon/failure'
import type { LogLevel } from '@shoal/daemon/log'
import { gauge, samplesBy } from '@shoal/daemon/metrics'
import type { NodeFiles, ReadableFile, RunningNode } from '../../kernel/contract.ts'
import { EventHub } from '../../kernel/event-hub.ts'
import type { Log } from '../../kernel/log/log.ts'
import { guestOperations, type PathRules, remoteOperations } from '../../system/permissions.ts'

/** Its files are not on the disk. */
const ALL_FOLDERS: PathRules = { allow: async path => path, refuseHidden: async () => {} }
const CHUNK_BYTES = 16_384

/**
 * The simulated node with the additional parts that a server needs: an event hub, files as bytes,
 * and a log. It starts empty.
 */
export class SimulatedRunningNode extends SimulatedNode implements RunningNode {
  readonly remoteOperations = remoteOperations(this.operations)
  readonly guestOperations = guestOperations(this.operations, { folders: ALL_FOLDERS })
  readonly capabilities = CONTRACTS.map(({ name }) => name)
  readonly startedMs = this.state.startedMs
  readonly log: Log = {
    debug: this.#logAt('debug'),
    info: this.#logAt('info'),
    warn: this.#logAt('warn'),
    error: this.#logAt('error'),
  }
  readonly events = new EventHub()
  readonly files: NodeFiles = {
    open: async (id, path) => this.#open(id, path),
    openSealed: async () => {
      throw new Failure('not-found', 'this share is not open')
    },
    metainfo: async id => this.#metainfo(id),
    receive: async (upload, path, body, { signal }) => {
      receiveFile(this.state, upload, path, null)
      let lengthBytes = 0
      for await (const chunk of body) {
        signal.throwIfAborted()
        lengthBytes += chunk.length
      }
      return receiveFile(this.state, upload, path, lengthBytes)
    },
  }

  metrics = async () => [
    gauge('torrents', 'Torrents by state.', samplesBy('state', { seeding: this.state.torrents.size })),
  ]

  constructor() {
    super({ traffic: 'empty', torrents: 0 })
    this.events.addFamily('torrent', /^[0-9a-f]{40}$/, id => {
      this.#torrent(id)
      return () => {}
    })
    this.on(event => {
      const topic = topicOf(event)
      if (topic) this.events.publish(topic, event)
    })
  }

  /** Returns whether a client is subscribed to the topic. */
  listens(topic: Topic): boolean {
    return this.events.hasListeners(topic)
  }

  /** Returns the messages of the log at this level. */
  logged(level: LogLevel): string[] {
    return this.state.log.filter(entry => entry.level === level).map(({ message }) => message)
  }

  #logAt(level: LogLevel) {
    return (message: string) => this.state.note(level, message)
  }

  #torrent(id: string) {
    const torrent = this.state.torrents.get(id)
    if (!torrent) throw new Failure('not-found', 'there is no such torrent', { field: 'id' })
    return torrent
  }

  #open(id: string, path: string): ReadableFile {
    const torrent = this.#torrent(id)
    const files = torrent.listFiles()
    const index = /^#(\d+)$/.exec(path)?.[1]
    const file = index === undefined ? files.find(each => each.path === path) : files[Number(index)]
    if (!file) throw new Failure('not-found', 'there is no such file', { field: 'path' })
    const bytes = torrent.contents?.[torrent.files[file.index]!.path]
    return {
      name: file.path.split('/').at(-1)!,
      lengthBytes: file.lengthBytes,
      mediaType: file.mediaType,
      etag: `${id}-${file.index}`,
      async *read({ start, end, signal }) {
        for (let at = start; at < end; at += CHUNK_BYTES) {
          signal.throwIfAborted()
          const stop = Math.min(end, at + CHUNK_BYTES)
          yield bytes?.subarray(at, stop) ?? new Uint8Array(stop - at)
        }
      },
    }
  }

  #metainfo(id: string): { name: string; bytes: Uint8Array } {
    const { row, files } = this.#torrent(id)
    if (files.length === 0) throw new Failure('no-metadata', 'the metadata is not known yet')
    return { name: row.name, bytes: new TextEncoder().encode(`d4:name${row.name.length}:${row.name}e`) }
  }
}
