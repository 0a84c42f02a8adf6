import { contract, setting } from '@shoal/api/contract'
import { HostPath, Name } from '@shoal/api/schemas/common'
import { ANSWERS, GIVEN, OWN_TEXTS } from '@shoal/api/schemas/names'
import { z } from 'zod'

export const WatchedFolder = z
  .object({
    directory: HostPath,
    label: Name.clone().register(OWN_TEXTS, { isOwn: true }).nullable().default(null),
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
