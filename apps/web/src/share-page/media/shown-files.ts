import type { ShownFile } from '../../media/shown-file.ts'
import type { FileSnapshot } from '../../peer/protocol.ts'
import type { FileAddresses } from '../engine/file-addresses.ts'
import { kindOf } from './kind.ts'
import { mediaTypeOf } from './media-type.ts'

/** Files as the viewers want them. A file gets an address when somebody asks for it. */
export function shownFiles(
  id: string,
  files: readonly FileSnapshot[],
  addresses: FileAddresses,
): ShownFile[] {
  return files.map(({ index, path, lengthBytes, haveBytes }) => {
    const name = path.at(-1)!
    const mediaType = mediaTypeOf(name)
    let url: string | undefined
    return {
      index,
      name,
      path: path.join('/'),
      kind: kindOf(name),
      mediaType,
      lengthBytes,
      haveBytes,
      get url() {
        url ??= addresses.add({ id, index, name, lengthBytes, mediaType })
        return url
      },
    }
  })
}
