import type { Torrent } from '@shoal/api'
import { useMemo, useState } from 'react'
import { controlClass } from '../../../../shared/controls/Field.tsx'
import layout from '../../../../shared/controls/layout.module.css'
import { Notice } from '../../../../shared/controls/Panels.tsx'
import { errorMessage } from '../../../../shared/format/error-message.ts'
import { texts } from '../../../../shared/messages/texts.ts'
import { useNode } from '../../../../shared/node/context.tsx'
import {
  type FileTree,
  foldersAbove,
  listRows,
  openAtFirst,
  rowsMatching,
  type TreeNode,
} from '../file-tree.ts'
import table from '../table.module.css'
import { useTorrentPage } from '../torrent-page.ts'
import type { Files } from '../useFileTree.ts'
import styles from './files.module.css'
import { RenameFile } from './RenameFile.tsx'
import { TreeGrid } from './TreeGrid.tsx'

const say = texts.torrent.files

export function FilesTab({ torrent }: { readonly torrent: Torrent }) {
  const { files, marked, open } = useTorrentPage()
  if (torrent.totalBytes === null) return <p className={`${layout.stack1} ${table.empty}`}>{say.unknown}</p>
  if (!files.tree)
    return files.error ? (
      <p className={`${layout.stack1} ${table.empty}`}>{errorMessage(files.error)}</p>
    ) : null
  return (
    <div className={`${layout.stack3} ${layout.shrink}`}>
      {torrent.sealed && <Notice tone="info">{say.sealed}</Notice>}
      <Tree
        key={`${torrent.id} ${marked}`}
        torrent={torrent}
        tree={files.tree}
        files={files}
        marked={marked}
        onOpen={open}
      />
    </div>
  )
}

interface TreeProps {
  readonly torrent: Torrent
  readonly tree: FileTree
  readonly files: Files
  readonly marked: number | null
  onOpen(index: number): void
}

function Tree({ torrent, tree, files, marked, onOpen }: TreeProps) {
  const { link } = useNode()
  const [filter, setFilter] = useState('')
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () => new Set([...openAtFirst(tree), ...foldersAbove(tree, marked)]),
  )
  const [renamed, setRenamed] = useState<TreeNode | null>(null)
  const filtered = filter.trim() !== ''
  const rows = useMemo(
    () => (filtered ? rowsMatching(tree, filter) : listRows(tree, open)),
    [tree, open, filter, filtered],
  )
  const shown = filtered ? rows.filter(row => row.file).length : tree.fileCount
  const toggle = (node: TreeNode) => {
    const next = new Set(open)
    if (!next.delete(node.path)) next.add(node.path)
    setOpen(next)
  }
  const hasFolders = tree.root.children!.some(node => node.children)
  return (
    <div className={`${layout.stack3} ${layout.shrink}`}>
      <div className={`${layout.wrap2} ${styles.bar}`}>
        <input
          type="search"
          className={`${controlClass} ${styles.filter}`}
          placeholder={say.filter}
          aria-label={say.filter}
          value={filter}
          onChange={event => setFilter(event.target.value)}
        />
        <span className={`${layout.soft} ${layout.tabular} ${styles.count}`} role="status">
          {shown === tree.fileCount
            ? say.found({ count: shown })
            : say.foundSome({ shown, count: tree.fileCount })}
        </span>
        {hasFolders && !filtered && (
          <button
            type="button"
            className={`${layout.hover} ${styles.plain}`}
            onClick={() =>
              setOpen(open.size > 0 ? new Set() : new Set([...tree.folders()].map(({ path }) => path)))
            }
          >
            {open.size > 0 ? say.closeAll : say.openAll}
          </button>
        )}
        <a
          className={`${layout.hover} ${styles.plain}`}
          href={link.urlOf(`/api/torrents/${torrent.id}/playlist.m3u`)}
        >
          {say.playlist}
        </a>
      </div>
      {rows.length === 0 ? (
        <p className={`${layout.stack1} ${table.empty}`}>{say.none}</p>
      ) : (
        <TreeGrid
          rows={rows}
          version={files.version}
          marked={marked}
          isOpen={node => filtered || open.has(node.path)}
          onToggle={toggle}
          onOpen={node => onOpen(node.file!.index)}
          onRename={setRenamed}
          setPriority={files.setPriority}
        />
      )}
      <RenameFile id={torrent.id} node={renamed} onDone={files.reload} onClose={() => setRenamed(null)} />
    </div>
  )
}
