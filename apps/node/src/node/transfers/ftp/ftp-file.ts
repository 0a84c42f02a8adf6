import { once } from 'node:events'
import { posix } from 'node:path'
import { PassThrough } from 'node:stream'
import type { SecureContextOptions } from 'node:tls'
import { Failure } from '@shoal/daemon/failure'
import { ShoalError } from '@shoal/torrent'
import type { Route } from '@shoal/torrent/route'
import { Client, FTPError } from 'basic-ftp'
import { outsideAddress } from '../../kernel/http/outside-lookup.ts'
import {
  networkFailure,
  type OpenedFile,
  type RemoteFile,
  type ResumePoint,
  TransientFailure,
} from '../../kernel/http/remote-file.ts'
import type { FtpAddress } from './ftp-url.ts'
import { RoutedFtpClient } from './routed-ftp-client.ts'

/** For each answer, and for a silent data connection. */
const TIMEOUT_MS = 30_000
/** REST is not supported, or not for this file. */
const NO_RESTART = new Set([500, 501, 502, 503, 504, 551, 554])

export interface FtpFileOptions {
  readonly tls?: Pick<SecureContextOptions, 'ca'> | undefined
  /** As in DownloadOptions. */
  readonly outsideOnly?: boolean
  /** The way to the server. Default: the system's own. */
  readonly route?: Route | null
}

/** A file over FTP (RFC 959) in passive mode, resumed with REST (RFC 3659). */
export class FtpFile implements RemoteFile {
  readonly shownUrl: string
  readonly identity: string
  readonly #address: FtpAddress
  readonly #options: FtpFileOptions

  constructor(address: FtpAddress, options: FtpFileOptions = {}) {
    const { host, port, user, password, path } = address
    this.#address = address
    this.#options = options
    this.shownUrl = address.shownUrl
    this.identity = JSON.stringify(['ftp', address.tls, host, port, user, password, path])
  }

  async open(resume: ResumePoint | null, { signal }: { signal: AbortSignal }): Promise<OpenedFile> {
    signal.throwIfAborted()
    const { route, outsideOnly = false } = this.#options
    const client = route
      ? new RoutedFtpClient({ route, timeoutMs: TIMEOUT_MS, signal, outsideOnly })
      : new Client(TIMEOUT_MS)
    const close = () => client.close()
    signal.addEventListener('abort', close, { once: true })
    try {
      return await this.#open(client, resume)
    } catch (error) {
      close()
      signal.throwIfAborted()
      if (resume && error instanceof FTPError && NO_RESTART.has(error.code))
        return await this.open(null, { signal })
      throw ftpFailure(error, this.#address.host)
    } finally {
      signal.removeEventListener('abort', close)
    }
  }

  async #open(client: Client, resume: ResumePoint | null): Promise<OpenedFile> {
    const { host, port, user, password, path, tls } = this.#address
    const secure = tls === 'implicit' ? tls : tls === 'explicit'
    const secureOptions = { host, ...this.#options.tls }
    const { outsideOnly, route } = this.#options
    const at = outsideOnly && !route ? await outsideAddress(host) : host
    await client.access({ host: at, port, user, password, secure, ...(secure && { secureOptions }) })
    const totalBytes = await unlessRefused(client.size(path))
    const modified = await unlessRefused(client.lastMod(path))
    const validator = totalBytes === null ? null : `${totalBytes} ${modified?.toISOString() ?? ''}`
    const same = resume !== null && resume.validator === validator && resume.atBytes <= (totalBytes ?? 0)
    const atBytes = same ? resume.atBytes : 0
    const body = new PassThrough()
    const done = client.downloadTo(body, path, atBytes)
    done.catch(error => body.destroy(error))
    // The reader gets the error too; without a listener, the error of a body that nobody reads would end the process.
    body.on('error', () => {})
    await Promise.race([once(body, 'readable'), done])
    // A refusal must appear now, before anything relies on the file: later, the body would just end.
    if (body.readableLength === 0) await done
    return {
      name: posix.basename(path),
      atBytes,
      totalBytes,
      validator,
      body: readable(body, done, host),
      close() {
        client.close()
        body.destroy()
      },
    }
  }
}

/** The data connection may end although the server then reports that it could not send everything. */
async function* readable(
  body: PassThrough,
  done: Promise<unknown>,
  host: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Uint8Array>
    await done
  } catch (error) {
    throw ftpFailure(error, host)
  }
}

/** Returns null if the server does not know the command. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof FTPError && error.code >= 500) return null
    // An invalid date.
    if (error instanceof Error && /can't parse/i.test(error.message)) return null
    throw error
  }
}

function ftpFailure(error: unknown, host: string): Error {
  if (error instanceof FTPError) return refusal(error, host)
  if (error instanceof ShoalError)
    return new TransientFailure('no-answer', `${host}: ${error.message}`, { cause: error })
  const known = networkFailure(error, host)
  if (known instanceof Failure) return known
  // The client's own messages about silence and lost connections.
  if (/timeout|closed|connection|FIN packet/i.test(known.message))
    return new TransientFailure('no-answer', `${host}: the connection was lost or timed out`, {
      cause: error,
    })
  return new Failure('bad-message', `${host}: the response is not valid FTP`, { cause: error })
}

/** RFC 959, 4.2: 4xx may work later, 5xx does not. */
function refusal({ code }: FTPError, host: string): Failure {
  if (code >= 400 && code < 500)
    return new TransientFailure('no-answer', `${host}: the file is not available at the moment (FTP ${code})`)
  if (code === 530 || code === 331 || code === 332)
    return new Failure(
      'no-permission',
      `${host}: the login failed (FTP ${code}): put a user name and password before the host, as in ftp://name:password@${host}`,
    )
  if (code === 550 || code === 553)
    return new Failure('not-found', `${host}: the file does not exist, or you may not read it (FTP ${code})`)
  return new Failure('bad-message', `${host}: the server did not send the file (FTP ${code})`)
}
