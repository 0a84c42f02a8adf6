import { posix } from 'node:path'
import type { SecureContextOptions } from 'node:tls'
import { Failure } from '@shoal/daemon/failure'
import { isLocalAddress, ShoalError } from '@shoal/torrent'
import { connectDirectly, FtpConnection, FtpRefusal } from '@shoal/torrent/ftp'
import type { Route } from '@shoal/torrent/route'
import { intoLocalNetwork, outsideAddress } from '../../kernel/http/outside-lookup.ts'
import {
  networkFailure,
  type OpenedFile,
  type RemoteFile,
  type ResumePoint,
  TransientFailure,
} from '../../kernel/http/remote-file.ts'
import type { FtpAddress } from './ftp-url.ts'

/** REST is not supported, or not for this file. */
const NO_RESTART = new Set([500, 501, 502, 503, 504, 551, 554])

export interface FtpFileOptions {
  readonly tls?: Pick<SecureContextOptions, 'ca'> | undefined
  /** As in DownloadOptions. */
  readonly outsideOnly?: boolean
  /** The route to the server. Default: the system's. */
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
    let connection: FtpConnection | null = null
    try {
      connection = await this.#connection(signal)
      return await this.#open(connection, resume, signal)
    } catch (error) {
      connection?.close()
      signal.throwIfAborted()
      if (resume && error instanceof FtpRefusal && NO_RESTART.has(error.ftpCode))
        return await this.open(null, { signal })
      throw ftpFailure(error, this.#address.host)
    }
  }

  async #connection(signal: AbortSignal): Promise<FtpConnection> {
    const { host, port, user, password, tls } = this.#address
    const { outsideOnly, route, tls: trusted } = this.#options
    let to = host
    if (route) to = (await route.resolveHost(host, { signal }))[0]!.host
    else if (outsideOnly) to = await outsideAddress(host)
    if (outsideOnly && isLocalAddress(to)) throw intoLocalNetwork(host)
    const connect = async (port: number, signal: AbortSignal) => {
      const socket = await (route?.connect ?? connectDirectly)({ host: to, port }, { signal })
      // Data comes from the address of the control connection, even if the name has others.
      if (!route) to = socket.remoteAddress ?? to
      return socket
    }
    const place = { port, login: { user, password }, tls, tlsOptions: { host, ...trusted } }
    return FtpConnection.open(place, connect, signal)
  }

  async #open(
    connection: FtpConnection,
    resume: ResumePoint | null,
    signal: AbortSignal,
  ): Promise<OpenedFile> {
    const { host, path } = this.#address
    const close = () => connection.close()
    signal.addEventListener('abort', close, { once: true })
    try {
      const totalBytes = await connection.size(path)
      const validator =
        totalBytes === null ? null : `${totalBytes} ${(await connection.modified(path)) ?? ''}`
      const same = resume !== null && resume.validator === validator && resume.atBytes <= (totalBytes ?? 0)
      const { data, isWhole } = await connection.retrieve(path, same ? resume.atBytes : 0, signal)
      return {
        name: posix.basename(path),
        atBytes: same && !isWhole ? resume.atBytes : 0,
        totalBytes,
        validator,
        body: readable(data, connection, host),
        close() {
          connection.close()
          data.destroy()
        },
      }
    } finally {
      signal.removeEventListener('abort', close)
    }
  }
}

/** The data connection can end normally although the server then reports an incomplete transfer. */
async function* readable(
  data: AsyncIterable<Uint8Array>,
  connection: FtpConnection,
  host: string,
): AsyncGenerator<Uint8Array> {
  try {
    yield* data
    await connection.ended()
  } catch (error) {
    throw ftpFailure(error, host)
  }
}

function ftpFailure(error: unknown, host: string): Error {
  if (error instanceof FtpRefusal) return refusal(error, host)
  if (!(error instanceof ShoalError)) return networkFailure(error, host)
  return error.code === 'bad-message' || error.code === 'unsupported'
    ? new Failure('bad-message', `${host}: the response is not valid FTP`, { cause: error })
    : new TransientFailure('no-answer', `${host}: ${error.message}`, { cause: error })
}

/** RFC 959, 4.2: 4xx is transient, 5xx permanent. */
function refusal({ ftpCode: code }: FtpRefusal, host: string): Failure {
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
