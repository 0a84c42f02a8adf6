/** Debian's Redis, on loopback, with a separate port and folder. Nothing is written to the disk. */
import { connect } from 'node:net'
import { until } from '@shoal/testing'
import { type TempDir, tempDir } from './files.ts'
import { freePort } from './ports.ts'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'

export class RedisServer implements AsyncDisposable {
  readonly port: number
  readonly url: string
  readonly #directory: TempDir
  #process: ManagedProcess | undefined

  private constructor(port: number, directory: TempDir) {
    this.port = port
    this.url = `redis://127.0.0.1:${port}`
    this.#directory = directory
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await tempDir('redis'))
    await server.start()
    return server
  }

  /** Restarts it after `kill`, empty. */
  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#directory.path]
    const child = await start('redis-server', toolPath('redis-server'), [
      ...args,
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
    ])
    this.#process = child
    await until('Redis answers', () => {
      child.assertRunning()
      return answers(this.port)
    })
  }

  /** Kills it. */
  async kill(): Promise<void> {
    this.#process?.child.kill('SIGKILL')
    await this.#process?.exited
  }

  /** Stops it from answering, without closing connections. */
  freeze(isFrozen: boolean): void {
    this.#process?.child.kill(isFrozen ? 'SIGSTOP' : 'SIGCONT')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    await this.#directory.remove()
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => resolve(false))
    socket.on('connect', () => socket.write('PING\r\n'))
    socket.on('data', data => {
      resolve(data.toString().startsWith('+PONG'))
      socket.destroy()
    })
  })
}
