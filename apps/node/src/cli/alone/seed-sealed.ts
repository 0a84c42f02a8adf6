/** `shoal seed --seal`: creates the sealed file and shares it until Ctrl-C. */
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '@shoal/options'
import type { SealTo } from '@shoal/sealed'
import { createTorrent, type FolderFilter, type Metainfo } from '@shoal/torrent'
import { passingFolder } from '../../base/files/passing-folder.ts'
import { stampOf } from '../../base/files/stamp.ts'
import { SHOAL } from '../../base/program.ts'
import { type SealedPath, sealPath } from '../../base/sealing/seal-path.ts'
import { createSealedLink } from '../../base/share-link.ts'
import type { CommandContext } from '../command.ts'
import { CommandFailure } from '../failure.ts'
import { formatBytes } from '../format.ts'
import { HashingItem } from '../terminal/hashing-item.ts'
import type { View } from '../terminal/view.ts'
import { texts } from '../texts.ts'
import { hexHashes } from './describe.ts'
import { noteSealed, tellLeftOut } from './folder-holds.ts'
import { readSealTo, type SealOptions } from './seal-options.ts'
import { type SeedOptions, seedFilter } from './seed-path.ts'
import { seedTorrent, whileSharing } from './while-sharing.ts'

/** Returns the exit code. */
export async function seedSealed(
  path: string,
  options: SeedOptions & SealOptions,
  context: CommandContext,
): Promise<number> {
  const { signal } = context.interrupt
  if (options.torrent !== undefined || options.create.symlinks === 'keep')
    throw new UsageError(texts.seed.notWithSeal)
  const full = resolve(path)
  if ((await stampOf(full, signal)) === null)
    throw new CommandFailure('not-found', texts.fileErrors.notFoundOrEmpty({ path }))
  const to = await readSealTo(options, signal)
  const content = await seedFilter(full, options)
  const folder = options.out === undefined ? await passingFolder('sealed') : resolve(options.out)
  try {
    return await whileSharing(options, { stateDirectory: null }, context, async sharing => {
      const { session, view } = sharing
      const sealed = await sealing(full, folder, to, view, { signal, filter: content.filter })
      tellLeftOut(view, content)
      await noteSealed(full)
      const metainfo = await createTorrent(sealed.path, options.create, { signal })
      const torrent = await session.add(metainfo, { directory: folder, trusted: true })
      await seedTorrent(torrent, options, sharing, context, () =>
        tellSealed(view, sealed, metainfo, createSealedLink(torrent, sealed.seal, options.page ?? '')),
      )
    })
  } finally {
    if (options.out === undefined) await rm(folder, { recursive: true, force: true })
  }
}

async function sealing(
  path: string,
  folder: string,
  to: SealTo,
  view: View,
  options: { readonly signal: AbortSignal; readonly filter: FolderFilter },
): Promise<SealedPath> {
  const item = new HashingItem(path, texts.progress.sealing)
  view.add(item)
  try {
    return await sealPath(path, folder, to, { ...options, onProgress: item.onProgress })
  } finally {
    view.remove(item)
  }
}

function tellSealed(
  view: View,
  { name, path, lengthBytes }: SealedPath,
  metainfo: Metainfo,
  link: string,
): void {
  // Without the address of a page, only a command opens it.
  const how = link.startsWith('#') ? texts.seed.howToOpen({ shoal: SHOAL, link }) : `  ${link}`
  view.tell(`${texts.seed.sharingSealed({ name, size: formatBytes(lengthBytes) })}\n${how}`, {
    event: 'sharing',
    name,
    length: lengthBytes,
    infoHashes: hexHashes(metainfo.info.infoHashes),
    link,
    path,
  })
}
