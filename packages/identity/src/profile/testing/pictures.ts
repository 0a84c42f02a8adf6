/** The beginnings of pictures of any size, for tests. Only the headers are valid. */
import { concatBytes } from '@noble/hashes/utils.js'

const text = (value: string) => Uint8Array.from(value, char => char.charCodeAt(0))

export function pngOf(width: number, height: number): Uint8Array {
  const bytes = concatBytes(text('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), new Uint8Array(17))
  const view = new DataView(bytes.buffer)
  view.setUint32(16, width)
  view.setUint32(20, height)
  return bytes
}

/** With a segment before the header of the frame, as cameras write it. */
export function jpegOf(width: number, height: number, frame = 0xc2): Uint8Array {
  const size = [height >> 8, height & 255, width >> 8, width & 255]
  const exif = [0xff, 0xe1, 0, 6, 0xff, 0xc0, 0, 17]
  const header = [0xff, frame, 0, 11, 8, ...size, 1, 1, 0x11, 0]
  return Uint8Array.from([0xff, 0xd8, ...exif, 0xff, ...header, 0xff, 0xda, 0, 2])
}

export function webpOf(width: number, height: number, kind: 'VP8 ' | 'VP8L' | 'VP8X'): Uint8Array {
  const bytes = concatBytes(text(`RIFF\0\0\0\0WEBP${kind}`), new Uint8Array(20))
  const view = new DataView(bytes.buffer)
  if (kind === 'VP8 ') {
    bytes.set([0x9d, 0x01, 0x2a], 23)
    view.setUint16(26, width, true)
    view.setUint16(28, height, true)
  } else if (kind === 'VP8L') {
    bytes[20] = 0x2f
    view.setUint32(21, (width - 1) | ((height - 1) << 14), true)
  } else {
    for (const [at, size] of [
      [24, width],
      [27, height],
    ] as const)
      bytes.set([(size - 1) & 255, ((size - 1) >> 8) & 255, (size - 1) >> 16], at)
  }
  return bytes
}
