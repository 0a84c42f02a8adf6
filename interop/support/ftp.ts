/**
 * A real FTP server, pyftpdlib, in a separate process (`ftp_server.py`). The user `me` has the
 * password `s3cret`.
 */
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'

const PROGRAM = fileURLToPath(new URL('./ftp_server.py', import.meta.url))

export interface FtpOptions {
  /** Default: no limit. */
  bytesPerSecond?: number
  /** Default: a free port. */
  port?: number
}

/** `await using ftp = await FtpServer.start(folder)`. */
export class FtpServer implements AsyncDisposable {
  readonly port: number
  readonly #process: ManagedProcess

  private constructor(child: ManagedProcess, port: number) {
    this.#process = child
    this.port = port
  }

  static async start(folder: string, { bytesPerSecond = 0, port = 0 }: FtpOptions = {}): Promise<FtpServer> {
    const args = [PROGRAM, folder, String(bytesPerSecond), String(port)]
    const child = await start('pyftpdlib', toolPath('pyftpdlib'), args, { ownStdout: true })
    const firstLine = once(child.child.stdout!, 'data')
    const [line] = await Promise.race([firstLine, child.exited.then(() => [null])])
    child.assertRunning()
    return new FtpServer(child, Number(String(line).trim()))
  }

  /** Returns the server's log of commands. */
  output(): string {
    return this.#process.output()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop()
  }
}
