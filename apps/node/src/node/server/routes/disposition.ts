import { create } from 'content-disposition'

/** How a shared file is served to a browser. It is untrusted, and on the console's own origin. */

/** Types that a browser only displays or plays. */
const SHOWN = /^(?:video|audio)\/|^image\/(?!svg)|^text\/plain$/
/**
 * Types that keep their media type for the console's own readers; opened directly, they are
 * downloaded.
 */
const KEPT = /^image\/svg\+xml$|^application\/(?:pdf|epub\+zip|zip|json|x-bittorrent)$|^text\/(?:vtt|html)$/

export interface Disposition {
  readonly contentType: string
  readonly disposition: string
}

export function fileDisposition(name: string, mediaType: string): Disposition {
  const type = safeType(mediaType)
  const kind = SHOWN.test(type) || type === 'text/vtt' ? 'inline' : 'attachment'
  const charset = type.startsWith('text/') ? '; charset=utf-8' : ''
  return { contentType: `${type}${charset}`, disposition: create(shortened(name), { type: kind }) }
}

/** The same for a file to be downloaded, whatever its type. */
export function savedDisposition(name: string): Disposition {
  return {
    contentType: 'application/octet-stream',
    disposition: create(shortened(name), { type: 'attachment' }),
  }
}

// Scripts and styles become plain text: with `nosniff`, no page can use them.
function safeType(mediaType: string): string {
  if (SHOWN.test(mediaType) || KEPT.test(mediaType)) return mediaType
  return mediaType.startsWith('text/') ? 'text/plain' : 'application/octet-stream'
}

function shortened(name: string): string {
  return [...name].slice(0, 200).join('').toWellFormed()
}
