import type { ShownFile } from '../../../shared/media/shown-file.ts'
import type { FileAddresses } from '../engine/file-addresses.ts'
import { nameOf, type ShareFile } from '../files/share-file.ts'
import { kindOf } from './kind.ts'
import { mediaTypeOf } from './media-type.ts'

/** Files as the viewers want them. A file gets an address when somebody asks for it. */
export function shownFiles(files: readonly ShareFile[], addresses: FileAddresses): ShownFile[] {
  return files.map(file => {
    const { index, path, lengthBytes, haveBytes } = file
    const name = nameOf(file)
    const mediaType = mediaTypeOf(name)
    let url: string | undefined
    return {
      index,
      name,
      path: path.join('/'),
      kind: kindOf(name),
      mediaType,
      lengthBytes,
      haveBytes: haveBytes ?? lengthBytes,
      get url() {
        url ??= addresses.add({ name, lengthBytes, mediaType, read: file.read })
        return url
      },
    }
  })
}
