import layout from '../../../../shared/controls/layout.module.css'
import { kindOf, type MediaKind } from '../../../../shared/media/kinds.ts'
import type { TreeNode } from '../file-tree.ts'
import styles from './files.module.css'

const SHEET = 'M4 1.75h5L12.5 5v9.25H4zM9 1.75V5h3.5'
const PATHS: Record<MediaKind | 'folder' | 'open', string> = {
  folder: 'M1.75 3.75h4.5l1.5 1.75h6.5v7.25H1.75z',
  open: 'M1.75 12.75v-9h4.5l1.5 1.75h5.5v2M1.75 12.75l2-5.25h11l-2 5.25z',
  video: 'M1.75 3.25h12.5v9.5H1.75zM6.75 6v4l3.25-2z',
  audio: 'M6 12V3.5l6.5-1.25v8.5M6 12a2 2 0 1 1-4 0 2 2 0 0 1 4 0zm6.5-1.25a2 2 0 1 1-4 0 2 2 0 0 1 4 0z',
  picture: 'M1.75 2.75h12.5v10.5H1.75zM2 11.5l3.75-4 3 3 2-1.75L14 11.5M10.75 5.5h.01',
  markdown: `${SHEET}M6 8h4.5M6 10.5h4.5`,
  text: `${SHEET}M6 8h4.5M6 10.5h4.5`,
  pdf: `${SHEET}M6 8h4.5M6 10.5h3`,
  other: SHEET,
}

/** An icon for the kind of file or folder; the name next to it says the same. */
export function FileIcon({ node, isOpen }: { readonly node: TreeNode; readonly isOpen: boolean }) {
  const kind = node.file ? kindOf(node.file) : isOpen ? 'open' : 'folder'
  return (
    <svg
      className={`${layout.muted} ${layout.fixed} ${styles.icon}`}
      data-folder={!node.file || undefined}
      viewBox="0 0 16 16"
      width="18"
      height="18"
      aria-hidden="true"
    >
      <path
        d={PATHS[kind]}
        fill="none"
        stroke="currentcolor"
        strokeWidth="1.3"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    </svg>
  )
}
