import { kindOf as kindOfFile, type MediaKind } from '../../../shared/media/kinds.ts'
import { mediaTypeOf } from './media-type.ts'

/** What shows a file, by its name: nobody tells its type. */
export function kindOf(name: string): MediaKind {
  return kindOfFile({ path: name, mediaType: mediaTypeOf(name) })
}
