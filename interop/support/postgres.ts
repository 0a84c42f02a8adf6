/**
 * A real PostgreSQL on a socket in a separate folder, without network. It refuses to run as root,
 * and then runs as Debian's user `postgres`.
 */
import { execFile } from 'node:child_process'
import { chmod } from 'node:fs/promises'
import { promisify } from 'node:util'
import { until } from '@shoal/testing'
import { type TempDir, tempDir } from './files.ts'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'
import { familyCpuSeconds } from './usage.ts'

const run = promisify(execFile)
const USER = 'postgres'

/** A running server: `await using postgres = await PostgresServer.start()`. */
export class PostgresServer implements AsyncDisposable {
  /** Address of an empty database. */
  readonly url: string
  readonly #directory: TempDir
  #process: ManagedProcess

  private constructor(directory: TempDir, process: ManagedProcess) {
    this.#directory = directory
    this.#process = process
    this.url = `postgres://${USER}@localhost/postgres?host=${directory.path}`
  }

  static async start(): Promise<PostgresServer> {
    const directory = await tempDir('postgres')
    try {
      // The server's user creates its data and its socket in it.
      await chmod(directory.path, 0o777)
      const [program, ...args] = asUser(toolPath('initdb'), [
        ...['-D', directory.join('data'), '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      ])
      await run(program!, args, { cwd: directory.path })
      const server = new PostgresServer(directory, await launch(directory))
      await server.#untilReady()
      return server
    } catch (error) {
      await directory.remove()
      throw error
    }
  }

  /** Kills the server and its processes, like a crash of the machine. */
  async kill(): Promise<void> {
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(this.#process.pid)]).catch(() => ({
      stdout: '',
    }))
    this.#process.child.kill('SIGKILL')
    for (const pid of stdout.split('\n').map(Number).filter(Boolean))
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It ended with the server.
      }
    await this.#process.exited
  }

  /** Returns the processor time of the server and its processes so far, in seconds. */
  cpuSeconds(): number {
    return familyCpuSeconds(this.#process.pid)
  }

  /** Restarts the server after `kill`. Resolves once it accepts connections. */
  async restart(): Promise<void> {
    // The next server refuses to start while processes of the killed one use its memory.
    await until('PostgreSQL starts again', async () => {
      this.#process = await launch(this.#directory)
      await this.#untilReady()
      return true
    })
  }

  /** Runs SQL. Returns the output of `psql`, without decoration. */
  async query(sql: string): Promise<string> {
    const { stdout } = await run('psql', ['-h', this.#directory.path, '-U', USER, '-d', USER, '-Atqc', sql])
    return stdout.trim()
  }

  async stop(): Promise<void> {
    // Fast shutdown: it closes the connections.
    this.#process.child.kill('SIGINT')
    await this.#process.stop()
    await this.#directory.remove()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #untilReady(): Promise<void> {
    await until('PostgreSQL accepts connections', async () => {
      this.#process.assertRunning()
      return (await this.query('SELECT 1')) === '1'
    })
  }
}

function launch(directory: TempDir): Promise<ManagedProcess> {
  const [program, ...args] = asUser(toolPath('postgres'), [
    ...[
      '-D',
      directory.join('data'),
      '-k',
      directory.path,
      '-c',
      'listen_addresses=',
      '-c',
      'max_connections=60',
    ],
  ])
  return start('PostgreSQL', program!, args, { cwd: directory.path })
}

/** `setpriv` becomes the program: its process is the server's. */
function asUser(program: string, args: readonly string[]): string[] {
  if (process.getuid?.() !== 0) return [program, ...args]
  return [toolPath('setpriv'), `--reuid=${USER}`, `--regid=${USER}`, '--init-groups', program, ...args]
}
