import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { Failure } from '@shoal/daemon/failure'
import { httpGet, readBody } from '@shoal/node/node/kernel/http/http-request.ts'
import type { Route } from '@shoal/torrent/route'

const MAX_BYTES = 10 * 1024 * 1024
/** Maximum time for the request. */
const LIMIT_MS = 30_000

/** Validator of a version, for conditional requests (RFC 9110, 13.1). */
export interface FeedVersion {
  readonly etag: string | null
  readonly lastModified: string | null
}

export interface FetchedFeed extends FeedVersion {
  readonly text: string
  /** After redirects. */
  readonly url: URL
  /** Whether all servers that redirected to it are in the local network. */
  readonly isFromInside: boolean
}

/** Returns null if nothing is new. Rejects with a Failure, or with the signal's reason. */
export async function fetchFeed(
  url: URL,
  known: FeedVersion,
  { userAgent, signal, route }: { userAgent: string; signal: AbortSignal; route?: Route | null },
): Promise<FetchedFeed | null> {
  const limit = AbortSignal.timeout(LIMIT_MS)
  const either = AbortSignal.any([signal, limit])
  const headers = {
    accept: 'application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.5',
    'accept-encoding': 'gzip, identity',
    ...(known.etag !== null && { 'if-none-match': known.etag }),
    ...(known.lastModified !== null && { 'if-modified-since': known.lastModified }),
  }
  try {
    const answer = await httpGet(url, { headers, userAgent, signal: either, route })
    if (answer.status !== 200) {
      answer.close()
      if (answer.status === 304) return null
      throw new Failure('no-answer', `${url.host}: the server did not send the feed (HTTP ${answer.status})`)
    }
    const body = await decompress(
      await readBody(answer, MAX_BYTES, either),
      answer.headers['content-encoding'],
    )
    const { etag, 'last-modified': lastModified, 'content-type': type } = answer.headers
    const { url: lastUrl, isFromInside } = answer
    const version = { etag: short(etag), lastModified: short(lastModified) }
    return { text: decode(body, type), url: lastUrl, isFromInside, ...version }
  } catch (error) {
    signal.throwIfAborted()
    if (limit.aborted)
      throw new Failure('no-answer', `${url.host}: the feed did not arrive within ${LIMIT_MS / 1000} seconds`)
    throw error
  }
}

/** Some servers compress unasked. */
async function decompress(body: Buffer, encoding = 'identity'): Promise<Buffer> {
  const options = { maxOutputLength: MAX_BYTES }
  try {
    switch (encoding.toLowerCase()) {
      case 'identity':
        return body
      case 'gzip':
      case 'x-gzip':
        return await promisify(gunzip)(body, options)
      case 'deflate':
        return await promisify(inflate)(body, options)
      case 'br':
        return await promisify(brotliDecompress)(body, options)
    }
  } catch (cause) {
    throw new Failure('bad-feed', 'the compressed feed is damaged or too large', { cause })
  }
  throw new Failure('bad-feed', `the compression of the feed is not supported: ${encoding.slice(0, 40)}`)
}

/**
 * Uses the byte order mark, otherwise the header, otherwise the XML declaration, otherwise UTF-8.
 */
function decode(body: Buffer, contentType = ''): string {
  const declared = /^[^>]{0,200}?encoding=["']([\w.:-]{1,40})["']/.exec(body.toString('latin1', 0, 300))?.[1]
  const charset = /charset="?([\w.:-]{1,40})/i.exec(contentType)?.[1] ?? declared ?? 'utf-8'
  const mark =
    body[0] === 0xff && body[1] === 0xfe
      ? 'utf-16le'
      : body[0] === 0xfe && body[1] === 0xff
        ? 'utf-16be'
        : null
  try {
    return new TextDecoder(mark ?? charset).decode(body)
  } catch {
    return new TextDecoder().decode(body)
  }
}

function short(header: string | undefined): string | null {
  return header !== undefined && header.length <= 1000 ? header : null
}
