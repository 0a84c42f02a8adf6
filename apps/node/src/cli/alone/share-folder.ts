/** `shoal share`: shares everything in a folder until Ctrl-C. */
import type { CreateOptions, SessionOptions } from '@shoal/torrent'
import { defaultFolder, openPlace } from '../../base/files/places.ts'
import type { CommandContext } from '../command.ts'
import { openView } from '../terminal/open-view.ts'
import { texts } from '../texts.ts'
import { contentFilter } from './folder-holds.ts'
import { FolderRecords } from './folder-records.ts'
import { openFindable } from './open-findable.ts'
import { openSession } from './open-session.ts'
import { SharedFolder } from './shared-folder.ts'
import { watchFolder } from './watch-folder.ts'

export interface ShareOptions {
  readonly directory?: string | undefined
  /** Share hidden files and folders too. */
  readonly hidden: boolean
  /** Data folder of the node whose files are left out. */
  readonly dataDir?: string | undefined
  /** Address of the page that opens share links. */
  readonly page?: string | undefined
  /** Let others find what is shared. */
  readonly findable: boolean
  readonly networkNode: readonly string[]
  readonly create: CreateOptions
  readonly network: SessionOptions
}

/** Returns the exit code. */
export async function shareFolder(
  options: ShareOptions,
  { interrupt, output }: CommandContext,
): Promise<number> {
  const { signal } = interrupt
  const place = await openPlace(options.directory ?? defaultFolder())
  const { directory } = place
  const session = await openSession({
    ...options.network,
    directory,
    stateDirectory: place.resume,
    restore: false,
  })
  const view = openView(output)
  const watch = watchFolder(directory)
  const findable = openFindable(session, view, options)
  const shared = new SharedFolder({
    session,
    directory,
    view,
    output,
    signal,
    records: new FolderRecords(place.state),
    create: options.create,
    page: options.page,
    findable,
    filter: () => contentFilter({ except: directory, hidden: options.hidden, dataDir: options.dataDir }),
  })
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
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    if (signal.aborted) view.tell(texts.run.stopping)
    watch.close()
    await findable?.close()
    view.close()
    await session.close()
    await shared.close()
  }
  return 0
}
