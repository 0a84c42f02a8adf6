import { concat } from '../../base/bytes.ts'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { type HttpGet, parseRetryAfter } from './http-get.ts'

/**
 * Uses `fetch`: the browser follows redirects within its own limit, and reaches only servers that
 * allow pages to (CORS).
 */
export const httpGet: HttpGet = async (url, options) => {
  const { signal, maxBytes } = options
  try {
    const response = await fetch(url, { signal, credentials: 'omit', referrerPolicy: 'no-referrer' })
    const retry = parseRetryAfter(response.headers.get('retry-after'))
    return { status: response.status, body: await read(response, maxBytes), ...retry }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof ShoalError) throw error
    const why = `This server cannot be reached from a page: use one that allows it, or a WebSocket tracker (${messageOf(error)})`
    throw new ShoalError('unreachable', why, { cause: error })
  }
}

async function read(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw new ShoalError('too-large', `The server sent more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return concat(chunks)
}
