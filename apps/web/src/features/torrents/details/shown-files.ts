import { kindOf } from '../../../shared/media/kinds.ts'
import { type ShownFile, shownFile } from '../../../shared/media/shown-file.ts'
import { type FileTree, filesBelow, priorityOf, type TreeNode } from './file-tree.ts'

/** Returns the files of a torrent for the viewers, in the order of the tree. */
export function shownFiles(tree: FileTree, urlOf: (href: string) => string): ShownFile[] {
  return filesBelow(tree.root).map(node => {
    const { index, mediaType, href } = node.file!
    const { name, path, lengthBytes, haveBytes } = node
    return shownFile({ index, name, path, mediaType, lengthBytes, haveBytes }, () => urlOf(href))
  })
}

/**
 * Returns the index of the largest wanted video or audio file, unless it is small compared with the
 * rest; null if there is none.
 */
export function mainMedia(tree: FileTree | undefined): number | null {
  if (!tree) return null
  let main: TreeNode | null = null
  for (const node of tree.files()) {
    const kind = kindOf(node.file!)
    if ((kind !== 'video' && kind !== 'audio') || priorityOf(node) === 0) continue
    if (node.lengthBytes > (main?.lengthBytes ?? 0)) main = node
  }
  return main && main.lengthBytes * 20 > tree.root.lengthBytes ? main.file!.index : null
}
