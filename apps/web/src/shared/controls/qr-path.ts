import { encode } from 'uqr'

export interface QrDrawing {
  /** Modules along a side, with the quiet zone. */
  readonly size: number
  /** SVG path of the dark modules, one unit each. */
  readonly path: string
}

/** Width of the white margin in modules: ISO/IEC 18004 requires 4. */
const QUIET_ZONE = 4
/** Cameras cannot scan larger codes from a screen. */
export const MAX_QR_BYTES = 1200

/** Returns the QR code of a text, or null if the text is too long to be scanned from a screen. */
export function drawQr(text: string): QrDrawing | null {
  if (new TextEncoder().encode(text).length > MAX_QR_BYTES) return null
  const { size, data } = encode(text, { ecc: 'M', border: QUIET_ZONE })
  return { size, path: data.map((row, y) => rowPath(row, y)).join('') }
}

/**
 * Draws runs of dark modules as rectangles, which makes the path ten times shorter than with single
 * modules.
 */
function rowPath(row: readonly boolean[], y: number): string {
  let path = ''
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue
    const start = x
    while (row[x + 1]) x++
    path += `M${start} ${y}h${x - start + 1}v1H${start}z`
  }
  return path
}

/**
 * Returns the text for the QR code of a link: a magnet link with too many trackers keeps only some
 * of them.
 */
export function qrText(text: string): string {
  return text.startsWith('magnet:') ? shortMagnet(text) : text
}

/** Returns a code as an SVG file, black on white, with the given number of pixels per module. */
export function qrSvg({ size, path }: QrDrawing, scale: number): string {
  const side = size * scale
  const attributes = `width="${side}" height="${side}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"`
  const white = `<path fill="#fff" d="M0 0h${size}v${size}H0z"/>`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${white}<path d="${path}"/></svg>\n`
}

/** Shortens a magnet link for a QR code: hashes and name first, then as many trackers as fit. */
export function shortMagnet(magnet: string): string {
  let short = magnet
  while (new TextEncoder().encode(short).length > MAX_QR_BYTES / 2) {
    const cut = short.lastIndexOf('&')
    if (cut < 0 || /^&xt=/.test(short.slice(cut))) return short
    short = short.slice(0, cut)
  }
  return short
}
