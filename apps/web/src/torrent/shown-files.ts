import { kindOf } from '../media/kinds.ts'
import type { ShownFile } from '../media/shown-file.ts'
import { type FileTree, filesBelow } from './files/file-tree.ts'

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
