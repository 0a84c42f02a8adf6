/**
 * Converts any image that the browser can show to a profile picture: a square, small enough for the
 * node, without the metadata of cameras.
 */
const SIDE_PIXELS = 256
const MAX_BYTES = 32 * 1024
const QUALITIES = [0.85, 0.7, 0.5, 0.3, 0.1]

/** Returns a JPEG in base64. Rejects if the browser cannot read the file. */
export async function scalePicture(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file)
  const side = Math.min(bitmap.width, bitmap.height)
  const canvas = document.createElement('canvas')
  canvas.width = SIDE_PIXELS
  canvas.height = SIDE_PIXELS
  const context = canvas.getContext('2d')!
  // JPEG has no transparency.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, SIDE_PIXELS, SIDE_PIXELS)
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2]
  context.drawImage(bitmap, left, top, side, side, 0, 0, SIDE_PIXELS, SIDE_PIXELS)
  bitmap.close()
  for (const quality of QUALITIES) {
    const url = canvas.toDataURL('image/jpeg', quality)
    const base64 = url.slice(url.indexOf(',') + 1)
    if (base64.length * 0.75 <= MAX_BYTES) return base64
  }
  throw new Error('This picture cannot be made small enough')
}
