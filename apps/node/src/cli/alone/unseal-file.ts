/** `shoal unseal`: extracts a sealed file on disk. */
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseShareLink } from '@shoal/links'
import { type ByteSource, OpenedShare, sealedTo, type Unlock } from '@shoal/sealed'
import { unpack } from '../../base/sealing/unpack.ts'
import { askSecret } from '../ask-secret.ts'
import type { CommandContext } from '../command.ts'
import { fileFailure } from '../failure.ts'
import { HashingItem } from '../terminal/hashing-item.ts'
import { openView } from '../terminal/open-view.ts'
import { texts } from '../texts.ts'
import { tellOpened } from './get-sealed.ts'
import { type UnlockOptions, unlockFor } from './unlock.ts'
import { refuseUnlock } from './unlock-options.ts'

export interface UnsealOptions extends UnlockOptions {
  readonly out?: string | undefined
  readonly linkFile?: string | undefined
}

export async function unsealFile(
  path: string,
  options: UnsealOptions,
  { interrupt: { signal }, output }: CommandContext,
): Promise<void> {
  const { source, close } = await fileSource(path)
  try {
    const unlock = await unlockFile(source, options, signal)
    const share = await OpenedShare.open(source, unlock, { signal })
    const view = openView(output)
    const item = new HashingItem(resolve(path), texts.progress.opening)
    view.add(item)
    try {
      const unpacked = await unpack(share, resolve(options.out ?? '.'), {
        ...{ signal, hidden: 'kept' },
        onProgress: item.onProgress,
      })
      view.remove(item)
      tellOpened(view, null, unpacked, share.skippedCount)
    } finally {
      view.close()
    }
  } finally {
    await close()
  }
}

async function unlockFile(source: ByteSource, options: UnsealOptions, signal: AbortSignal): Promise<Unlock> {
  if (options.linkFile !== undefined) {
    refuseUnlock(options, ['passphraseFile', 'keyFile'], texts.unlockOptions.keyInLink)
    const link = await askSecret(texts.ask.link, { file: options.linkFile, option: '--link-file', signal })
    const { seal } = parseShareLink(link)
    return seal?.by === 'key' ? { key: seal.key } : {}
  }
  const by = await sealedTo(source, { signal })
  return unlockFor(by === 'passphrase' ? by : 'recipient', undefined, options, signal)
}

async function fileSource(path: string): Promise<{ source: ByteSource; close(): Promise<void> }> {
  const failed = (error: unknown) => {
    throw fileFailure(error, path)
  }
  const file = await open(path, 'r').catch(failed)
  const { size } = await file.stat()
  const source: ByteSource = {
    lengthBytes: size,
    async read(offset, length) {
      const bytes = new Uint8Array(length)
      let at = 0
      while (at < length) {
        const { bytesRead } = await file.read(bytes, at, length - at, offset + at).catch(failed)
        if (bytesRead === 0) return bytes.subarray(0, at)
        at += bytesRead
      }
      return bytes
    },
  }
  return { source, close: () => file.close() }
}
