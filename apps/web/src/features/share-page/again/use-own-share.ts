import type { ShareLink } from '@shoal/links'
import { useEffect, useMemo } from 'react'
import type { TorrentSnapshot } from '../../../shared/engine/protocol.ts'
import { type OwnShare, ownShare, rememberShare } from './own-shares.ts'

/**
 * Remembers what is shared from this device's files; and tells, where such a share is opened without its files, what it was. A sealed copy is
 * never made the same twice: where that is gone, no choice of files brings it back.
 */
export function useOwnShare(
  { id, name, origin, fileCount, haveBytes, lengthBytes }: TorrentSnapshot,
  { seal }: ShareLink,
): OwnShare | undefined {
  const isShared = origin === 'shared'
  useEffect(() => {
    if (isShared && !seal) rememberShare({ id, name, sharedMs: Date.now() })
  }, [id, name, isShared, seal])
  const isWhole = isShared || (fileCount > 0 && haveBytes >= lengthBytes)
  return useMemo(() => (isWhole || seal ? undefined : ownShare(id)), [id, isWhole, seal])
}
