/** A node in memory, for tests of what stands in front of a node: it keeps what it is told, and moves no data. */
import { DEFAULT_SETTINGS, type Feed, type Job, type Label, type Settings, type Topic } from '@shoal/api'
import { Failure } from '../../../base/failure.ts'
import type { RunningNode } from '../../kernel/contract.ts'
import { EventHub } from '../../kernel/event-hub.ts'
import type { Log, LogLevel } from '../../kernel/log/log.ts'
import { LogEntries } from '../../kernel/log/log-entries.ts'
import { modelFiles } from './model-files.ts'
import { modelNodeOperations } from './model-node-operations.ts'
import { type ModelFile, type ModelTorrent, type ModelUpload, modelTorrent } from './model-torrent.ts'
import { modelTorrentOperations } from './model-torrent-operations.ts'

export class ModelNode implements RunningNode {
  readonly startedMs = Date.now()
  readonly torrents = new Map<string, ModelTorrent>()
  readonly labels = new Map<string, Label>()
  readonly feeds = new Map<string, Feed>()
  readonly jobs = new Map<string, Job>()
  readonly uploads = new Map<string, ModelUpload>()
  readonly entries = new LogEntries()
  readonly log: Log = logInto(this.entries)
  readonly events: EventHub
  readonly operations: RunningNode['operations']
  readonly files: RunningNode['files']
  settings: Settings = {
    ...DEFAULT_SETTINGS,
    downloads: { ...DEFAULT_SETTINGS.downloads, directory: '/downloads' },
  }
  stopped = false
  revision = 1
  #lastId = 0

  constructor() {
    this.events = new EventHub()
    this.events.addFamily('torrent', /^[0-9a-f]{40}$/, id => {
      this.torrent(id)
      return () => {}
    })
    this.files = modelFiles(this)
    this.operations = { ...modelTorrentOperations(this), ...modelNodeOperations(this) }
  }

  /** Takes a torrent in, with all its files' bytes here. */
  share(id: string, name: string, files: Readonly<Record<string, Uint8Array>>): ModelTorrent {
    const list: ModelFile[] = Object.entries(files).map(([path, bytes]) => ({ path, bytes, priority: 4 }))
    return this.keep(modelTorrent(id, name, list))
  }

  keep(torrent: ModelTorrent): ModelTorrent {
    this.torrents.set(torrent.detail.id, torrent)
    this.tell(torrent)
    return torrent
  }

  tell({ detail }: ModelTorrent): void {
    const changed = [detail]
    this.events.publish('torrents', { type: 'torrents', revision: ++this.revision, changed, removed: [] })
  }

  torrent(id: string): ModelTorrent {
    return this.found(this.torrents, id, 'torrent')
  }

  found<Value>(map: ReadonlyMap<string, Value>, id: string, what: string, field = 'id'): Value {
    const value = map.get(id)
    if (!value) throw new Failure('not-found', `there is no such ${what}`, { field })
    return value
  }

  nextId(): string {
    return String(++this.#lastId)
  }

  listens(topic: Topic): boolean {
    return this.events.hasListeners(topic)
  }
}

function logInto(entries: LogEntries): Log {
  const add = (level: LogLevel) => (message: string) =>
    entries.add({ atMs: Date.now(), level, torrent: null, message })
  return { debug: add('debug'), info: add('info'), warn: add('warn'), error: add('error') }
}
