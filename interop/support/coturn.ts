/** A real TURN server, on loopback. */
import { until } from '@shoal/testing'
import { type TempDir, tempDir } from './files.ts'
import { freePort } from './ports.ts'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'

const USER = 'shoal'
const SECRET = 'not-a-secret-1'

/** A running server: `await using turn = await Coturn.start()`. */
export class Coturn implements AsyncDisposable {
  readonly process: ManagedProcess
  readonly port: number
  readonly #directory: TempDir

  private constructor(child: ManagedProcess, port: number, directory: TempDir) {
    this.process = child
    this.port = port
    this.#directory = directory
  }

  static async start(): Promise<Coturn> {
    const directory = await tempDir('coturn')
    const port = await freePort()
    const child = await start('coturn', toolPath('turnserver'), [
      ...['-n', '-L', '127.0.0.1', '-E', '127.0.0.1', '-p', String(port), '--relay-threads=1'],
      ...['--lt-cred-mech', '-u', `${USER}:${SECRET}`, '-r', 'shoal', '--allow-loopback-peers'],
      ...['--no-tls', '--no-dtls', '--no-cli', '--log-file=stdout', '--verbose'],
      ...['--userdb', directory.join('users.db'), '--pidfile', directory.join('pid')],
    ])
    const server = new Coturn(child, port, directory)
    try {
      await until('coturn listens', () => {
        child.assertRunning()
        return /UDP listener opened|Total auth threads/i.test(child.output())
      })
      return server
    } catch (error) {
      await server[Symbol.asyncDispose]()
      throw error
    }
  }

  /** For the options of a session. */
  get iceServers() {
    return [{ urls: `turn:127.0.0.1:${this.port}`, username: USER, credential: SECRET }]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop()
    await this.#directory.remove()
  }
}
