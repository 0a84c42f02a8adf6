/** Watch folders, whose .torrent and .magnet files are added. */

import { capability } from '@shoal/node/node/kernel/capability.ts'
import { namingEntry } from '@shoal/node/node/kernel/name-field.ts'
import { SOURCES } from '@shoal/node/node/sources/service.ts'
import { WATCH as CONTRACT } from '../contract.ts'
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
