/** `shoal share`: shares everything in a folder until Ctrl-C. */
import type { CreateOptions } from '@shoal/torrent'
import { defaultFolder, openPlace } from '../../base/files/places.ts'
import type { CommandContext } from '../command.ts'
import { texts } from '../texts.ts'
import { contentFilter } from './folder-holds.ts'
import { FolderRecords } from './folder-records.ts'
import { SharedFolder } from './shared-folder.ts'
import { watchFolder } from './watch-folder.ts'
import { type SharingOptions, whileSharing } from './while-sharing.ts'

export interface ShareOptions extends SharingOptions {
  readonly directory?: string | undefined
  /** Share hidden files and folders too. */
  readonly hidden: boolean
  /** Data folder of the node whose files are left out. */
  readonly dataDir?: string | undefined
  /** Address of the page that opens share links. */
  readonly page?: string | undefined
  readonly create: CreateOptions
}

/** Returns the exit code. */
export async function shareFolder(options: ShareOptions, context: CommandContext): Promise<number> {
  const { signal } = context.interrupt
  const { directory, resume, state } = await openPlace(options.directory ?? defaultFolder())
  await whileSharing(options, { directory, stateDirectory: resume }, context, async sharing => {
    const { session, view } = sharing
    const watch = watchFolder(directory)
    const shared = new SharedFolder({
      ...{ ...sharing, directory, signal, output: context.output },
      records: new FolderRecords(state),
      create: options.create,
      page: options.page,
      filter: () => contentFilter({ except: directory, hidden: options.hidden, dataDir: options.dataDir }),
    })
    sharing.afterwards.push(() => shared.close())
    try {
      view.tell(texts.share.listening({ directory, port: String(session.port) }), {
        event: 'listening',
        port: session.port,
        directory,
      })
      await shared.look(null)
      view.tell(shared.isEmpty ? texts.share.empty : '', {
        event: 'ready',
        torrents: shared.size,
      })
      for await (const changed of watch.changes(() => shared.settleMs, signal)) await shared.look(changed)
    } finally {
      watch.close()
    }
  })
  return 0
}
