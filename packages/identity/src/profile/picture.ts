/**
 * Pictures of profiles: JPEG, PNG or WebP, small in bytes and in pixels, since a few bytes can
 * decode to a picture that fills the memory.
 */
import { IdentityError } from '../identity-error.ts'

/** Maximum size of a picture, in bytes. */
export const MAX_PICTURE_BYTES = 32 * 1024
/** Maximum width and height, in pixels. */
export const MAX_PICTURE_PIXELS = 512

export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp'] as const
export type PictureType = (typeof PICTURE_TYPES)[number]

export interface PictureFacts {
  readonly type: PictureType
  /** Pixels, 1 to 512. */
  readonly width: number
  readonly height: number
}

type Size = readonly [width: number, height: number]

/**
 * Reads type and size from the beginning of a picture, and decodes nothing. Throws `bad-picture`.
 */
export function readPicture(bytes: Uint8Array): PictureFacts {
  if (bytes.length > MAX_PICTURE_BYTES) throw bad(`It has more than ${MAX_PICTURE_BYTES / 1024} KiB`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = PICTURE_TYPES.find(type => READERS[type].isSo(bytes))
  if (!found) throw bad('It is not a JPEG, PNG or WebP picture')
  const size = READERS[found].size(view)
  if (!size) throw bad('It is damaged')
  const [width, height] = size
  if (width < 1 || height < 1 || width > MAX_PICTURE_PIXELS || height > MAX_PICTURE_PIXELS)
    throw bad(
      `It has ${width} × ${height} pixels, and at most ${MAX_PICTURE_PIXELS} × ${MAX_PICTURE_PIXELS} are allowed`,
    )
  return { type: found, width, height }
}

const READERS: Readonly<
  Record<
    PictureType,
    { readonly isSo: (bytes: Uint8Array) => boolean; readonly size: (view: DataView) => Size | null }
  >
> = {
  'image/jpeg': { isSo: bytes => has(bytes, 0, '\xff\xd8\xff'), size: jpegSize },
  // PNG (W3C), section 5.2 and 11.2.1: the header is the first chunk.
  'image/png': {
    isSo: bytes => has(bytes, 0, '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'),
    size: view => (view.byteLength < 24 ? null : [view.getUint32(16), view.getUint32(20)]),
  },
  'image/webp': { isSo: bytes => has(bytes, 0, 'RIFF') && has(bytes, 8, 'WEBPVP8'), size: webpSize },
}

/**
 * ITU T.81, annex B: walks over the segments to the header of the frame. Every frame header counts,
 * since decoders differ in which one they use.
 */
function jpegSize(view: DataView): Size | null {
  let size: Size | null = null
  for (let at = 2; at + 4 <= view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return null
    const marker = view.getUint8(at + 1)
    // Fill bytes before a marker.
    if (marker === 0xff) {
      at++
      continue
    }
    // Start of scan: the picture follows.
    if (marker === 0xda) return size
    const length = view.getUint16(at + 2)
    if (length < 2 || at + 2 + length > view.byteLength) return null
    // SOF0 to SOF15, without DHT, JPG and DAC, which have numbers among them.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      if (size || length < 8) return null
      size = [view.getUint16(at + 7), view.getUint16(at + 5)]
    }
    at += 2 + length
  }
  return null
}

/**
 * RFC 9649: the first chunk is `VP8 ` (lossy), `VP8L` (lossless) or `VP8X` (the canvas of anything
 * else).
 */
function webpSize(view: DataView): Size | null {
  if (view.byteLength < 30) return null
  switch (view.getUint8(15)) {
    case 0x20: // RFC 6386, section 9.1: three bytes, a start code, and two sizes of 14 bits.
      if (view.getUint8(23) !== 0x9d || view.getUint8(24) !== 0x01 || view.getUint8(25) !== 0x2a) return null
      return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff]
    case 0x4c: {
      if (view.getUint8(20) !== 0x2f) return null
      const bits = view.getUint32(21, true)
      return [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)]
    }
    case 0x58: {
      const three = (at: number) => 1 + view.getUint16(at, true) + 0x10000 * view.getUint8(at + 2)
      return [three(24), three(27)]
    }
    default:
      return null
  }
}

function has(bytes: Uint8Array, at: number, text: string): boolean {
  return (
    text.length + at <= bytes.length && [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0))
  )
}

function bad(why: string): IdentityError {
  return new IdentityError('bad-picture', `This picture cannot be used. ${why}.`)
}
