import type { NodeApi, Torrent, TorrentFile } from '@shoal/api'
import { useCallback, useMemo, useState } from 'react'
import { useAsked, useNode } from '../../../shared/node/context.tsx'
import { FileTree, filesBelow, priorityOf, type TreeNode } from './file-tree.ts'
import { useTorrentEvents } from './useLive.ts'

const PAGE = 10_000

export interface Files {
  readonly tree: FileTree | undefined
  readonly error: Error | undefined
  /** Incremented when the tree changes. */
  readonly version: number
  reload(): void
  /**
   * Sets the priority of all files at and below a node. Rejects with an ApiError; the tree is then
   * unchanged.
   */
  setPriority(node: TreeNode, priority: number): Promise<void>
}

/**
 * Returns the files of a torrent, kept up to date. If `active` is false, nothing is requested. They
 * are requested again when the torrent is complete: changes from events that arrived during the
 * first request would be missing.
 */
export function useFileTree(torrent: Torrent, active: boolean): Files {
  const { id, progress } = torrent
  const hasMetadata = torrent.totalBytes !== null
  const { api } = useNode()
  const [version, setVersion] = useState(0)
  const asked = useAsked<FileTree | undefined>(
    async api => (active && hasMetadata ? new FileTree(await allFiles(api, id)) : undefined),
    [id, active, hasMetadata, progress === 1],
  )
  const tree = asked.value
  useTorrentEvents(id, ({ files }) => {
    if (!tree || !files) return
    for (const { index, ...change } of files) tree.change(index, change)
    setVersion(count => count + 1)
  })
  const setPriority = useCallback(
    async (node: TreeNode, priority: number) => {
      if (!tree) return
      const before = filesBelow(node).map(file => [file.file!.index, priorityOf(file) as number] as const)
      const show = (values: Iterable<readonly [number, number]>) => {
        for (const [index, value] of values) tree.change(index, { priority: value })
        setVersion(count => count + 1)
      }
      const indexes = before.map(([index]) => index)
      show(indexes.map(index => [index, priority]))
      const whole = indexes.length === tree.fileCount
      await api.setPriority({ id, indexes: whole ? 'all' : indexes, priority }).catch(error => {
        show(before)
        throw error
      })
    },
    [api, id, tree],
  )
  return useMemo(
    () => ({ tree, error: asked.error, version, reload: asked.reload, setPriority }),
    [tree, asked.error, version, asked.reload, setPriority],
  )
}

async function allFiles(api: NodeApi, id: string): Promise<TorrentFile[]> {
  const files: TorrentFile[] = []
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<NodeApi['listFiles']>> = await api.listFiles({
      id,
      limit: PAGE,
      ...(cursor === null ? {} : { cursor }),
    })
    files.push(...page.items)
    cursor = page.next
  } while (cursor !== null)
  return files
}
