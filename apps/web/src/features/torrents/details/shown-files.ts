import { kindOf } from '../../../shared/media/kinds.ts'
import type { ShownFile } from '../../../shared/media/shown-file.ts'
import { type FileTree, filesBelow, priorityOf, type TreeNode } from './file-tree.ts'

/** The files of a torrent as the viewers want them, in the order of the tree. */
export function shownFiles(tree: FileTree, urlOf: (href: string) => string): ShownFile[] {
  return filesBelow(tree.root).map(node => {
    const file = node.file!
    let url: string | undefined
    return {
      index: file.index,
      name: node.name,
      path: node.path,
      kind: kindOf(file),
      mediaType: file.mediaType,
      lengthBytes: node.lengthBytes,
      haveBytes: node.haveBytes,
      // Made when it is needed: a torrent can have 100,000 files.
      get url() {
        url ??= urlOf(file.href)
        return url
      },
    }
  })
}

/** The index of the largest video or audio file that is wanted, unless it is small beside the rest; null when there is none. */
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
