import { parseMetainfo, ShoalError, type TorrentApi } from '@shoal/torrent'
import type { Engine } from './engine.ts'
import type { Commands, PeerEvent } from './protocol.ts'
import type { Readings } from './readings.ts'
import type { Watchers } from './watchers.ts'

type Answer<Name extends keyof Commands> = ReturnType<Commands[Name]> | Promise<ReturnType<Commands[Name]>>

export type CommandTable = {
  readonly [Name in keyof Commands]: (...args: Parameters<Commands[Name]>) => Answer<Name>
}

export interface CommandContext {
  readonly engine: Engine
  readonly readings: Readings
  readonly watchers: Watchers
  /** Name of the page that sent the command. */
  readonly page: string
  send(event: PeerEvent): void
}

const NORMAL_PRIORITY = 4

/** Returns all commands for one page. */
export function commandsFor({ engine, readings, watchers, page, send }: CommandContext): CommandTable {
  const ofPage = (reading: string) => `${page}/${reading}`
  const creating = (job: string) => ({
    job: ofPage(job),
    onProgress: (progress: { doneBytes: number; totalBytes: number }) =>
      send({ kind: 'creating', job, ...progress }),
  })
  /** The change is stored before the answer: the tab that takes over knows it. */
  const change = async (id: string, work: (torrent: TorrentApi) => unknown) => {
    const torrent = engine.torrent(id)
    await work(torrent)
    await torrent.recordAdded()
  }
  return {
    add: (source, options) => engine.add(source, options),
    share: (files, options, job) => engine.share(files, options, creating(job)),
    shareStored: (path, options, job) => engine.shareStored(path, options, creating(job)),
    cancelShare: job => engine.cancelShare(ofPage(job)),
    reshare: (metainfo, files) => engine.seed(parseMetainfo(metainfo), files),
    list: () => engine.torrents.map(torrent => engine.snapshot(torrent)),
    detail: id => {
      const torrent = engine.find(id)
      return torrent ? engine.detail(torrent) : null
    },
    metainfo: id => engine.metainfo(id),
    select: (id, files) => change(id, torrent => selectFiles(torrent, files)),
    setPriorities: (id, priorities) => change(id, torrent => torrent.setPriorities(priorities)),
    pause: id => change(id, torrent => torrent.pause()),
    resume: id => change(id, torrent => torrent.resume()),
    remove: id => engine.remove(id),
    storage: () => engine.storage(),
    read: (reading, id, file, position, end) => {
      const torrent = engine.torrent(id)
      if (torrent.files[file]) return readings.read(ofPage(reading), torrent, file, [position, end])
      throw new ShoalError('bad-argument', `The torrent has no file ${file}.`)
    },
    endReading: reading => readings.end(ofPage(reading)),
    watch: id => watchers.add(page, id, send),
    unwatch: id => watchers.remove(page, id),
  }
}

async function selectFiles(torrent: TorrentApi, files: readonly number[]): Promise<void> {
  const wanted = new Set(files)
  const changes = torrent.files
    .filter(({ index, priority }) => wanted.has(index) !== priority > 0)
    .map(({ index }): [number, number] => [index, wanted.has(index) ? NORMAL_PRIORITY : 0])
  await torrent.setPriorities(new Map(changes))
}
