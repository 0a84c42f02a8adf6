/**
 * A real FTP server, vsftpd, on loopback. Usually it requires TLS, and data connections must resume
 * the TLS session of their login.
 */
import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { until } from '@shoal/testing'
import { type TempDir, tempDir } from './files.ts'
import { freePort } from './ports.ts'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'

/**
 * `await using ftps = await FtpsServer.start(folder)`: guests may read. The folder must not be
 * writable for others.
 */
export class FtpsServer implements AsyncDisposable {
  readonly port: number
  /** PEM of its certificate for 127.0.0.1. */
  readonly ca: Buffer
  readonly #process: ManagedProcess
  readonly #directory: TempDir

  private constructor(child: ManagedProcess, port: number, ca: Buffer, directory: TempDir) {
    this.#process = child
    this.port = port
    this.ca = ca
    this.#directory = directory
  }

  /**
   * `implicit`: uses TLS from the first byte; otherwise AUTH TLS. `plain`: has no TLS. Default
   * port: a free one.
   */
  static async start(
    folder: string,
    { implicit = false, plain = false, port: wanted = 0 } = {},
  ): Promise<FtpsServer> {
    const directory = await tempDir('vsftpd')
    const [key, certificate] = [directory.join('key.pem'), directory.join('cert.pem')]
    const request = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test']
    const out = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate]
    execFileSync(toolPath('openssl'), ['req', ...request, ...out], { stdio: 'ignore' })
    await mkdir(directory.join('empty'))
    await chmod(folder, 0o755)
    const port = wanted || (await freePort())
    const settings = {
      ...{ listen: 'YES', background: 'NO', listen_address: '127.0.0.1', listen_port: port },
      ...{ anonymous_enable: 'YES', anon_root: folder, no_anon_password: 'YES', local_enable: 'NO' },
      ...{ pasv_address: '127.0.0.1', seccomp_sandbox: 'NO', secure_chroot_dir: directory.join('empty') },
      ...{
        ssl_enable: plain ? 'NO' : 'YES',
        allow_anon_ssl: 'YES',
        force_anon_logins_ssl: 'YES',
        force_anon_data_ssl: 'YES',
      },
      ...{ require_ssl_reuse: 'YES', implicit_ssl: implicit ? 'YES' : 'NO' },
      ...{ rsa_cert_file: certificate, rsa_private_key_file: key },
      ...(process.getuid?.() !== 0 && { run_as_launching_user: 'YES' }),
    }
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`)
    await writeFile(directory.join('vsftpd.conf'), lines.join(''))
    const child = await start('vsftpd', toolPath('vsftpd'), [directory.join('vsftpd.conf')])
    await until('vsftpd answers', () => {
      child.assertRunning()
      return canConnect(port)
    })
    return new FtpsServer(child, port, await readFile(certificate), directory)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Each client has separate processes, which the server does not end.
    const sessions = await descendants(this.#process.pid)
    await this.#process.stop()
    for (const pid of sessions) endProcess(pid)
    await this.#directory.remove()
  }
}

async function descendants(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  const children = text.split(' ').filter(Boolean).map(Number)
  return [...children, ...(await Promise.all(children.map(descendants))).flat()]
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended with the others.
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
