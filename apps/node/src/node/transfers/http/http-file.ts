import { Failure } from '@shoal/daemon/failure'
import { nameOfUrl } from '../../../base/files/file-name.ts'
import { type HttpAnswer, type HttpOptions, httpGet, shownUrl } from '../../kernel/http/http-request.ts'
import {
  networkFailure,
  type OpenedFile,
  type RemoteFile,
  type ResumePoint,
  TransientFailure,
} from '../../kernel/http/remote-file.ts'
import { dispositionName } from './content-disposition.ts'
import { torrentLink } from './link-header.ts'

export interface OpenedHttpFile extends OpenedFile {
  readonly answer: HttpAnswer
  /** The error for reading it as a plain file, because the server compressed it. */
  readonly refusal: Failure | null
}

/** RFC 9110: transient errors. */
const TRANSIENT = new Set([408, 421, 425, 429, 500, 502, 503, 504])

/** A file over HTTP(S), resumed with Range and If-Range (RFC 9110, 13 and 14). */
export class HttpFile implements RemoteFile {
  readonly shownUrl: string
  readonly identity: string
  readonly #url: URL
  readonly #options: Omit<HttpOptions, 'signal' | 'headers'>

  constructor(url: URL, options: Omit<HttpOptions, 'signal' | 'headers'>) {
    this.#url = new URL(url)
    this.#url.hash = ''
    this.identity = this.#url.href
    this.shownUrl = shownUrl(url)
    this.#options = options
  }

  async open(resume: ResumePoint | null, { signal }: { signal: AbortSignal }): Promise<OpenedHttpFile> {
    const headers = resume && { range: `bytes=${resume.atBytes}-`, 'if-range': resume.validator }
    const answer = await httpGet(this.#url, { ...this.#options, signal, ...(headers && { headers }) })
    try {
      if (resume && answer.status === 416) {
        // The bytes on disk are not from the server's current version.
        answer.close()
        return await this.open(null, { signal })
      }
      checkStatus(answer)
      return openedFile(answer, resume)
    } catch (error) {
      answer.close()
      throw error
    }
  }
}

const encodingOf = ({ headers }: HttpAnswer) => headers['content-encoding']?.toLowerCase() ?? 'identity'

function unaskedEncoding(answer: HttpAnswer): Failure {
  return new Failure(
    'unsupported',
    `${answer.url.host}: the server compressed the file (${encodingOf(answer)}) without being asked`,
  )
}

function checkStatus(answer: HttpAnswer): void {
  const { status, headers, url } = answer
  // A .torrent is read even if it is compressed, which only its bytes reveal: see `readable`.
  const isReadable = ['identity', 'gzip', 'x-gzip'].includes(encodingOf(answer))
  if ((status === 200 || status === 206) && !isReadable) throw unaskedEncoding(answer)
  if (status === 200 || status === 206) return
  if (TRANSIENT.has(status))
    throw new TransientFailure('no-answer', `${url.host}: the server is busy or failed (HTTP ${status})`, {
      retryAfterMs: retryAfterMs(headers['retry-after']),
    })
  if (status === 404 || status === 410)
    throw new Failure('not-found', `${url.host}: there is no such file (HTTP ${status}): check the link`)
  if (status === 401 || status === 403 || status === 407)
    throw new Failure(
      'no-permission',
      `${url.host}: access was denied (HTTP ${status}): put a user name and password before the host, as in https://name:password@${url.host}`,
    )
  throw new Failure(
    'bad-message',
    `${url.host}: the server did not send the file (HTTP ${status}): check the link`,
  )
}

function openedFile(answer: HttpAnswer, resume: ResumePoint | null): OpenedHttpFile {
  const { headers, url } = answer
  const range = answer.status === 206 ? contentRange(headers['content-range']) : null
  if (answer.status === 206 && (!range || range.start !== (resume?.atBytes ?? 0)))
    throw new Failure('bad-message', `${url.host}: the server sent a different range than requested`)
  const length = headers['content-length'] === undefined ? null : Number(headers['content-length'])
  if (length !== null && !Number.isSafeInteger(length))
    throw new Failure('bad-message', `${url.host}: the server gave an invalid file size`)
  const atBytes = range?.start ?? 0
  return {
    name: dispositionName(headers['content-disposition']) ?? nameOfUrl(url),
    atBytes,
    totalBytes: range ? range.total : length,
    validator: validatorOf(answer) ?? (atBytes > 0 ? resume!.validator : null),
    torrentUrl: torrentLink([headers.link ?? []].flat().join(', '), url),
    body: readable(answer),
    answer,
    refusal: encodingOf(answer) === 'identity' ? null : unaskedEncoding(answer),
    close: answer.close,
  }
}

/** RFC 9110, 13.1.5: If-Range takes a strong entity tag or a date. */
function validatorOf({ headers }: HttpAnswer): string | null {
  const { etag } = headers
  if (etag && /^"[\x21\x23-\x7e]*"$/.test(etag) && etag.length <= 1000) return etag
  const modified = headers['last-modified']
  return modified && modified.length <= 100 && !Number.isNaN(Date.parse(modified)) ? modified : null
}

function contentRange(header: string | undefined): { start: number; total: number | null } | null {
  const [, start, total] = /^bytes (\d{1,16})-\d{1,16}\/(\d{1,16}|\*)$/i.exec(header ?? '') ?? []
  if (start === undefined) return null
  return { start: Number(start), total: total === '*' ? null : Number(total) }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMs(header: string | undefined): number | null {
  if (!header) return null
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}

/** The bytes of a plain file. */
async function* readable(answer: HttpAnswer): AsyncGenerator<Uint8Array> {
  const { body, url } = answer
  if (encodingOf(answer) !== 'identity') throw unaskedEncoding(answer)
  try {
    yield* body as AsyncIterable<Uint8Array>
  } catch (error) {
    throw networkFailure(error, url.host)
  }
}
