/** Finds the programs that tests with real peers need. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { limitMs } from '@shoal/testing'

export interface Tool {
  /** The Debian package that contains it. */
  readonly debian: string
  /** Returns the full path, or null if the program is not installed. */
  find(): string | null
}

export const TOOLS = {
  libtorrent: { debian: 'python3-libtorrent', find: once(() => findPython('libtorrent')) },
  pyftpdlib: { debian: 'python3-pyftpdlib', find: once(() => findPython('pyftpdlib')) },
  vsftpd: { debian: 'vsftpd', find: once(() => which('vsftpd')) },
  'transmission-daemon': { debian: 'transmission-daemon', find: once(() => which('transmission-daemon')) },
  'transmission-create': { debian: 'transmission-cli', find: once(() => which('transmission-create')) },
  'transmission-show': { debian: 'transmission-cli', find: once(() => which('transmission-show')) },
  'transmission-remote': { debian: 'transmission-cli', find: once(() => which('transmission-remote')) },
  'qbittorrent-nox': { debian: 'qbittorrent-nox', find: once(() => which('qbittorrent-nox')) },
  chromium: { debian: 'chromium', find: once(() => which('chromium')) },
  'chromium-headless-shell': {
    debian: 'chromium-headless-shell',
    find: once(() => which('chromium-headless-shell')),
  },
  'firefox-esr': { debian: 'firefox-esr', find: once(() => which('firefox-esr')) },
  ffmpeg: { debian: 'ffmpeg', find: once(() => which('ffmpeg')) },
  aria2c: { debian: 'aria2', find: once(() => which('aria2c')) },
  opentracker: { debian: 'opentracker', find: once(() => which('opentracker')) },
  turnserver: { debian: 'coturn', find: once(() => which('turnserver')) },
  turnutils_stunclient: { debian: 'coturn', find: once(() => which('turnutils_stunclient')) },
  age: { debian: 'age', find: once(() => which('age')) },
  python3: { debian: 'python3', find: once(() => which('python3')) },
  openssl: { debian: 'openssl', find: once(() => which('openssl')) },
  miniupnpd: { debian: 'miniupnpd', find: once(() => which('miniupnpd')) },
  nft: { debian: 'nftables', find: once(() => which('nft')) },
  ip: { debian: 'iproute2', find: once(() => which('ip')) },
  unshare: { debian: 'util-linux', find: once(() => which('unshare')) },
  nsenter: { debian: 'util-linux', find: once(() => which('nsenter')) },
  cc: { debian: 'gcc', find: once(() => which('cc')) },
  danted: { debian: 'dante-server', find: once(() => which('danted')) },
  tinyproxy: { debian: 'tinyproxy-bin', find: once(() => which('tinyproxy')) },
  microsocks: { debian: 'microsocks', find: once(() => which('microsocks')) },
  tor: { debian: 'tor', find: once(() => which('tor')) },
  'tor-gencert': { debian: 'tor', find: once(() => which('tor-gencert')) },
  'redis-server': { debian: 'redis-server', find: once(() => which('redis-server')) },
  haproxy: { debian: 'haproxy', find: once(() => which('haproxy')) },
  tcpdump: { debian: 'tcpdump', find: once(() => which('tcpdump')) },
  postgres: { debian: 'postgresql', find: once(() => findPostgres('postgres')) },
  initdb: { debian: 'postgresql', find: once(() => findPostgres('initdb')) },
  setpriv: { debian: 'util-linux', find: once(() => which('setpriv')) },
  mount: { debian: 'mount', find: once(() => which('mount')) },
} as const satisfies Record<string, Tool>

export type ToolName = keyof typeof TOOLS

/**
 * Set by `npm test` if everything can be installed: a missing program then fails the tests instead
 * of skipping them.
 */
const STRICT = process.env.SHOAL_STRICT === '1'

/**
 * Returns the full path of a program. If it is missing, throws an error that names the Debian
 * package.
 */
export function toolPath(name: ToolName): string {
  const path = TOOLS[name].find()
  if (path === null)
    throw new Error(`${name} is not installed (Debian: apt-get install ${TOOLS[name].debian})`)
  return path
}

/**
 * Returns the missing programs, or null if all are installed, for `test.skipIf`. Throws instead if
 * tests must not be skipped.
 */
export function missing(...names: ToolName[]): string | null {
  const absent = names.filter(name => TOOLS[name].find() === null)
  if (absent.length === 0) return null
  const reason = `not installed: ${absent.map(name => `${name} (Debian: ${TOOLS[name].debian})`).join(', ')}`
  if (STRICT) throw new Error(reason)
  return reason
}

/**
 * Returns the full path of a program in PATH, or in folders that may not be in the PATH of users.
 */
export function which(program: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  for (const folder of [...folders, '/usr/bin', '/usr/sbin', '/sbin', '/bin']) {
    const path = join(folder || '.', program)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {}
  }
  return null
}

/**
 * Returns a program of PostgreSQL's newest version. Debian does not put a server's programs in the
 * PATH.
 */
function findPostgres(program: string): string | null {
  const folder = '/usr/lib/postgresql'
  const versions = existsSync(folder) ? readdirSync(folder) : []
  const found = versions
    .sort((a, b) => Number(b) - Number(a))
    .map(version => join(folder, version, 'bin', program))
    .find(path => existsSync(path))
  return found ?? which(program)
}

/**
 * Returns a Python that has the module. Prefers Debian's, because another one in PATH lacks
 * Debian's modules.
 */
function findPython(module: string): string | null {
  for (const python of ['/usr/bin/python3', which('python3')]) {
    if (python === null) continue
    try {
      execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore', timeout: limitMs(20) })
      return python
    } catch {}
  }
  return null
}

function once<T>(find: () => T): () => T {
  let found: { value: T } | undefined
  return () => {
    found ??= { value: find() }
    return found.value
  }
}
