import { decodeExtended, parse } from 'content-disposition'
import { decodePercent } from '../../../base/files/file-name.ts'

const MAX_LENGTH = 4096

/**
 * Returns the file name in a Content-Disposition header as it is (unsafe), or null if there is
 * none. RFC 6266: `filename*` (RFC 8187) has priority over `filename`.
 */
export function dispositionName(header: string | undefined): string | null {
  if (!header || header.length > MAX_LENGTH) return null
  // Decoded below, since only a plain name can also be UTF-8 or percent-encoded.
  const parameters = parse(header, { extended: false }).parameters
  const extended = decodeExtended(parameters['filename*'] ?? '')
  return extended || plainName(parameters.filename)
}

/** Node reads headers as Latin-1; many servers send UTF-8, some percent-encoding. */
function plainName(value: string | undefined): string | null {
  if (!value) return null
  const bytes = Buffer.from(value, 'latin1')
  const text = bytes.toString('utf8')
  return decodePercent(text.includes('\ufffd') ? value : text)
}
