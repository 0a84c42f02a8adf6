import { z } from 'zod'
import { contract, setting } from '../contract.ts'
import { HostPath, Name } from '../schemas/common.ts'
import { ANSWERS, GIVEN } from '../schemas/names.ts'

export const WatchedFolder = z
  .object({
    directory: HostPath,
    label: Name.nullable().default(null),
    paused: z.boolean().default(false),
    /** Whether an added .torrent file is renamed or deleted. */
    action: z.enum(['rename', 'delete']).default('rename'),
  })
  .register(ANSWERS, { id: 'WatchedFolder' })
  .register(GIVEN, { id: 'NewWatchedFolder' })
export type WatchedFolder = z.infer<typeof WatchedFolder>

/** Folders whose .torrent files are added. */
export const WATCH = contract({
  name: 'watch',
  settings: {
    automation: {
      watch: setting(z.array(WatchedFolder).max(100), [], {
        title: 'Watch folders',
        description: '.torrent files in these folders are added automatically.',
        example: [{ directory: '/home/anna/Torrents', label: 'films', paused: false, action: 'rename' }],
      }),
    },
  },
})
