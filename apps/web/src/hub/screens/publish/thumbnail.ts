/** Longest side of a thumbnail, in pixels. */
const SIDE = 800
/** The hub's limit for a thumbnail. */
const MAX_BYTES = 131_072
const QUALITIES = [0.85, 0.7, 0.5, 0.3]

/**
 * Scales a picture to a size that the hub accepts, and removes metadata of the camera. Rejects if
 * the browser cannot decode it.
 */
export async function toThumbnail(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file)
  try {
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.max(1, Math.round(picture.width * scale))
    canvas.height = Math.max(1, Math.round(picture.height * scale))
    canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
    for (const quality of QUALITIES) {
      const made = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/jpeg', quality))
      if (made && made.size <= MAX_BYTES) return made
    }
    throw new Error('The picture is too large')
  } finally {
    picture.close()
  }
}
