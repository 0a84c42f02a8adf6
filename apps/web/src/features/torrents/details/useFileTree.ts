import type { NodeApi, Torrent, TorrentFile } from '@shoal/api'
import { useCallback, useMemo, useState } from 'react'
import { useAsked, useNode } from '../../../shared/node/context.tsx'
import { FileTree, filesBelow, priorityOf, type TreeNode } from './file-tree.ts'
import { useTorrentEvents } from './useLive.ts'

const PAGE = 10_000

export interface Files {
  readonly tree: FileTree | undefined
  readonly error: Error | undefined
  /** Counts up when something in the tree changed. */
  readonly version: number
  reload(): void
  /** Chooses all files at and below a node. Rejects with an ApiError; the tree is then as it was. */
  setPriority(node: TreeNode, priority: number): Promise<void>
}

/**
 * The files of a torrent, live. `active` false: nothing is asked. They are asked for once more when it is complete: what events told while
 * the list was on its way would stay missing from then on.
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
