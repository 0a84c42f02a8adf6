/** How a shared file is served to a browser. It comes from a stranger, and is on the console's own origin. */

/** Types that a browser only shows or plays. */
const SHOWN = /^(?:video|audio)\/|^image\/(?!svg)|^text\/plain$/
/** Types that are kept for the console's own readers; opened directly, they are saved. */
const KEPT = /^image\/svg\+xml$|^application\/(?:pdf|epub\+zip|zip|json|x-bittorrent)$|^text\/(?:vtt|html)$/

export interface Disposition {
  readonly contentType: string
  readonly disposition: string
}

export function dispositionOf(name: string, mediaType: string): Disposition {
  const type = safeType(mediaType)
  const kind = SHOWN.test(type) || type === 'text/vtt' ? 'inline' : 'attachment'
  const charset = type.startsWith('text/') ? '; charset=utf-8' : ''
  return { contentType: `${type}${charset}`, disposition: `${kind}; ${fileName(name)}` }
}

// Scripts and styles become text: with `nosniff` no page can use them.
function safeType(mediaType: string): string {
  if (SHOWN.test(mediaType) || KEPT.test(mediaType)) return mediaType
  return mediaType.startsWith('text/') ? 'text/plain' : 'application/octet-stream'
}

/** RFC 6266: plain ASCII for old programs, and UTF-8 (RFC 8187). */
function fileName(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_').slice(0, 200)
  const encoded = encodeURIComponent(wellFormed(name)).replace(
    /['()*]/g,
    each => `%${each.charCodeAt(0).toString(16)}`,
  )
  return `filename="${plain}"; filename*=UTF-8''${encoded}`
}

function wellFormed(text: string): string {
  return [...text].slice(0, 200).join('').toWellFormed()
}
