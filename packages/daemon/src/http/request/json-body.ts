/** JSON bodies, bounded in size, depth and time. */
import type { Readable } from 'node:stream'
import { Failure } from '../../failure.ts'
import { badRequest } from '../failures.ts'
import { isAuthenticated } from './authenticated.ts'

const MAX_DEPTH = 32
/** Allows the largest body to arrive at 1 MB/s. */
const DEADLINE_MS = 60_000
/** For unauthenticated clients, who have little to send. */
const STRANGER_DEADLINE_MS = 10_000

/**
 * Reads the complete body. Rejects with `too-large`, or with `bad-request` if it arrives too slowly
 * or ends early. The stream is then left open: destroying it would close the connection before the
 * response is sent.
 */
export function readBody(
  stream: Readable,
  limitBytes: number,
  deadlineMs = isAuthenticated(stream) ? DEADLINE_MS : STRANGER_DEADLINE_MS,
): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const take = (chunk: Buffer) => {
    length += chunk.length
    if (length > limitBytes) return reject(tooLarge(limitBytes))
    chunks.push(chunk)
  }
  const end = () => resolve(Buffer.concat(chunks, length))
  const fail = () => reject(badRequest('body', 'the body ended early'))
  const timer = setTimeout(() => reject(badRequest('body', 'the body took too long to arrive')), deadlineMs)
  stream.on('data', take).on('end', end).on('error', fail).on('close', fail)
  return promise.finally(() => {
    clearTimeout(timer)
    stream.off('data', take).off('end', end).off('error', fail).off('close', fail)
  })
}

export function tooLarge(limitBytes: number): Failure {
  return new Failure('too-large', `the body is larger than the limit of ${limitBytes} bytes`, {
    field: 'body',
  })
}

/**
 * Throws `bad-request` if the body is not JSON, nests deeper than 32 levels, or contains the name
 * `__proto__`.
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined
  const text = utf8(body)
  if (nestingDepth(text) > MAX_DEPTH)
    throw badRequest('body', `the body nests deeper than ${MAX_DEPTH} levels`)
  try {
    return JSON.parse(text, text.includes('proto') ? refuseProto : undefined)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw badRequest(
      'body',
      `the body is not JSON: ${(error as Error).message.replace(/[^\x20-\x7e]/g, '?')}`,
    )
  }
}

function refuseProto(this: unknown, key: string, value: unknown): unknown {
  if (key === '__proto__') throw badRequest('__proto__', 'this name is not allowed')
  return value
}

function utf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    throw badRequest('body', 'the body is not UTF-8')
  }
}

/** Returns the nesting depth of brackets outside of strings. Stops one past the limit. */
function nestingDepth(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length && deepest <= MAX_DEPTH; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = endOfString(text, at)
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x5d || code === 0x7d) depth--
  }
  return deepest
}

/** Returns the index of the closing quote, or the text's length if there is none. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let first = end
    while (text.charCodeAt(first - 1) === 0x5c) first--
    if ((end - first) % 2 === 0) return end
  }
  return text.length
}
