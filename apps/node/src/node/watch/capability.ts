/** Watch folders, whose .torrent and .magnet files are added. */
import { WATCH as CONTRACT } from '@shoal/api'
import { capability } from '../kernel/capability.ts'
import { namingEntry } from '../kernel/name-field.ts'
import { SOURCES } from '../sources/service.ts'
import { WatchFolders } from './watch-folders.ts'

export const WATCH = capability({
  contract: CONTRACT,
  needs: { sources: SOURCES },
  start({ clock, log, problems, settings, folders }, { sources }) {
    settings.onCheck(async ({ automation }, { automation: before }) => {
      const known = new Set(before.watch.map(({ directory }) => directory))
      for (const [at, { directory }] of automation.watch.entries())
        if (!known.has(directory))
          await namingEntry(() => folders.allow(directory, `automation.watch.${at}.directory`))
    })
    const watched = new WatchFolders({
      ...{ clock, log, problems },
      operations: { addTorrent: (input, options) => sources.add(input, options) },
      settings: () => settings.current,
      onSettings: listener => settings.onChanged(listener),
    })
    return {
      begin: () => watched.start(),
      close: () => watched.close(),
    }
  },
})
