/** The servers that web seeds may use (BEP 19), and how to read from them. */
import { FtpRanges } from './ftp/ftp-ranges.node.ts'
import { type NodeRangesOptions, openHttpRanges } from './http/http-ranges.node.ts'
import type { HttpRanges } from './http/http-ranges.ts'

export const SEED_SCHEMES = ['http:', 'https:', 'ftp:']

export function openSeedRanges(options: NodeRangesOptions): HttpRanges {
  const http = openHttpRanges(options)
  const ftp = new FtpRanges(options)
  return {
    read: (request, sink) => (/^ftp:/i.test(request.url) ? ftp : http).read(request, sink),
    closeIdle() {
      http.closeIdle()
      ftp.closeIdle()
    },
  }
}
