/** Debian's HAProxy with TLS, on loopback, in front of HTTP servers. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { until } from '@shoal/testing'
import { type TempDir, tempDir } from './files.ts'
import { freePort } from './ports.ts'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'

export class HaProxy implements AsyncDisposable {
  readonly port: number
  /** Its certificate, for `localhost`, in PEM. */
  readonly certificate: string
  readonly #process: ManagedProcess
  readonly #directory: TempDir

  private constructor(port: number, certificate: string, process: ManagedProcess, directory: TempDir) {
    this.port = port
    this.certificate = certificate
    this.#process = process
    this.#directory = directory
  }

  /**
   * Clients of a server whose `/ready` fails are sent to the others. There are no sticky sessions.
   * Without `timeout check`, a check that takes longer than the interval of 200 ms would count as
   * failed.
   */
  static async start(ports: readonly number[]): Promise<HaProxy> {
    const directory = await tempDir('haproxy')
    const port = await freePort()
    const [key, certificate] = [directory.join('key.pem'), directory.join('certificate.pem')]
    const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost'
    await promisify(execFile)(toolPath('openssl'), [...words.split(' '), '-keyout', key, '-out', certificate])
    const both = directory.join('both.pem')
    await writeFile(both, `${await readFile(certificate, 'utf8')}${await readFile(key, 'utf8')}`)
    const config = directory.join('haproxy.cfg')
    await writeFile(
      config,
      `defaults
  mode http
  timeout connect 2s
  timeout check 2s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
  option redispatch
  retries 3
frontend pages
  bind 127.0.0.1:${port} ssl crt ${both}
  option forwardfor
  default_backend hubs
backend hubs
  balance roundrobin
  option httpchk GET /ready
${ports.map((at, index) => `  server hub${index} 127.0.0.1:${at} check inter 200ms fall 1 rise 1\n`).join('')}`,
    )
    const child = await start('haproxy', toolPath('haproxy'), ['-db', '-f', config])
    await until('HAProxy listens', () => {
      child.assertRunning()
      return accepts(port)
    })
    return new HaProxy(port, await readFile(certificate, 'utf8'), child, directory)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.stop()
    await this.#directory.remove()
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => resolve(false))
    socket.on('connect', () => {
      resolve(true)
      socket.destroy()
    })
  })
}
