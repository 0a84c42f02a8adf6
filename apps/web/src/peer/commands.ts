import { parseMetainfo, ShoalError } from '@shoal/torrent'
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
  /** Name of the page that asks. */
  readonly page: string
  tell(event: PeerEvent): void
}

/** All commands, as one page asks for them. */
export function commandsFor({ engine, readings, watchers, page, tell }: CommandContext): CommandTable {
  const ofPage = (reading: string) => `${page}/${reading}`
  return {
    add: (source, options) => engine.add(source, options),
    share: (files, options, job) =>
      engine.share(files, options, progress => tell({ kind: 'creating', job, ...progress })),
    reshare: (metainfo, files) => engine.seed(parseMetainfo(metainfo), files),
    list: () => engine.torrents.map(torrent => engine.snapshot(torrent)),
    detail: id => {
      const torrent = engine.find(id)
      return torrent ? engine.detail(torrent) : null
    },
    metainfo: id => engine.metainfo(id),
    select: (id, files) => engine.select(id, files),
    setPriorities: (id, priorities) => engine.torrent(id).setPriorities(priorities),
    setSequential: (id, sequential) => engine.torrent(id).setSequential(sequential),
    addTrackers: (id, urls) => engine.addTrackers(id, urls),
    pause: id => engine.torrent(id).pause(),
    resume: id => engine.torrent(id).resume(),
    recheck: id => engine.torrent(id).recheck(),
    remove: id => engine.remove(id),
    setLimits: limits => engine.setLimits(limits),
    storage: () => engine.storage(),
    read: (reading, id, file, position, end) => {
      const torrent = engine.torrent(id)
      if (torrent.files[file]) return readings.read(ofPage(reading), torrent, file, [position, end])
      throw new ShoalError('bad-argument', `the torrent has no file ${file}`)
    },
    endReading: reading => readings.end(ofPage(reading)),
    watch: id => watchers.add(page, id, tell),
    unwatch: id => watchers.remove(page, id),
  }
}
