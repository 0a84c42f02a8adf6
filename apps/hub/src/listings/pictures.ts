import { Failure } from '@shoal/daemon/failure'
import { MAX_THUMBNAIL_BYTES, MAX_THUMBNAIL_SIDE } from '@shoal/hub-api'
import type { Thumbnail } from '@shoal/hub-stores'
import { imageDimensionsFromData } from 'image-dimensions'

const TYPES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
}

/**
 * Detects the type and size of a picture from its bytes, whatever its declared type. Throws
 * `bad-picture` if it is not PNG, JPEG, WebP or AVIF, or larger than 2048 pixels, and `too-large`
 * above 131,072 bytes.
 */
export function readPicture(bytes: Uint8Array): Thumbnail {
  if (bytes.length > MAX_THUMBNAIL_BYTES)
    throw new Failure('too-large', `a thumbnail has at most ${MAX_THUMBNAIL_BYTES} bytes`, { field: 'body' })
  const size = dimensionsOf(bytes)
  const type = TYPES[size?.type ?? '']
  if (!size || type === undefined)
    throw new Failure('bad-picture', 'this is not a PNG, JPEG, WebP or AVIF picture', { field: 'body' })
  const { width, height } = size
  if (!(width >= 1 && height >= 1 && width <= MAX_THUMBNAIL_SIDE && height <= MAX_THUMBNAIL_SIDE))
    throw new Failure(
      'bad-picture',
      `a thumbnail has 1 to ${MAX_THUMBNAIL_SIDE} pixels in each direction, this one has ${width} x ${height}`,
      { field: 'body' },
    )
  return { type, bytes }
}

/** The library throws on some malformed input. */
function dimensionsOf(bytes: Uint8Array): ReturnType<typeof imageDimensionsFromData> {
  try {
    return imageDimensionsFromData(bytes)
  } catch {
    return undefined
  }
}
