/**
 * Reads QR codes in images and from the camera: with the browser's own detector, or with a decoder
 * that is loaded on demand.
 */

interface Detector {
  detect(image: ImageBitmapSource): Promise<readonly { readonly rawValue: string }[]>
}
type DetectorClass = {
  new (options: { formats: string[] }): Detector
  getSupportedFormats(): Promise<readonly string[]>
}

/** Larger images are scaled down: codes usually fill a large part of them. */
const MAX_PIXELS = 1600

/** Returns whether the page can request a camera. */
export function hasCamera(): boolean {
  return typeof navigator.mediaDevices?.getUserMedia === 'function'
}

/**
 * Returns the text of a QR code in an image, or null if there is no readable one. Rejects if the
 * browser cannot decode the file.
 */
export async function scanCode(picture: Blob | HTMLVideoElement): Promise<string | null> {
  const bitmap = await createImageBitmap(picture)
  try {
    const detector = await browserDetector()
    if (detector) return (await detector.detect(bitmap))[0]?.rawValue ?? null
    return await decode(bitmap)
  } finally {
    bitmap.close()
  }
}

async function browserDetector(): Promise<Detector | null> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass }
  const formats = (await BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? []
  return BarcodeDetector && formats.includes('qr_code') ? new BarcodeDetector({ formats: ['qr_code'] }) : null
}

async function decode(bitmap: ImageBitmap): Promise<string | null> {
  const { decodeQR } = await import('qr/decode.js')
  const scale = Math.min(1, MAX_PIXELS / Math.max(bitmap.width, bitmap.height))
  const [width, height] = [bitmap.width, bitmap.height].map(size =>
    Math.max(1, Math.round(size * scale)),
  ) as [number, number]
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  context.drawImage(bitmap, 0, 0, width, height)
  try {
    return decodeQR(context.getImageData(0, 0, width, height))
  } catch {
    return null
  }
}
