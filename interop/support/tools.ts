/** The programs that real-peer tests need, where they are, and what to do when one is missing. */
import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface Tool {
  /** Debian's package that has it. */
  readonly debian: string
  /** Full path, or null when it is not installed. */
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
  age: { debian: 'age', find: once(() => which('age')) },
  python3: { debian: 'python3', find: once(() => which('python3')) },
  openssl: { debian: 'openssl', find: once(() => which('openssl')) },
  ip: { debian: 'iproute2', find: once(() => which('ip')) },
  unshare: { debian: 'util-linux', find: once(() => which('unshare')) },
  nsenter: { debian: 'util-linux', find: once(() => which('nsenter')) },
  mount: { debian: 'mount', find: once(() => which('mount')) },
} as const satisfies Record<string, Tool>

export type ToolName = keyof typeof TOOLS

/** Set by `npm test` where everything can be installed: then a missing program fails instead of skipping. */
const STRICT = process.env.SHOAL_STRICT === '1'

/** Full path of a tool. Throws, naming the Debian package, when it is missing. */
export function toolPath(name: ToolName): string {
  const path = TOOLS[name].find()
  if (path === null)
    throw new Error(`${name} is not installed (Debian: apt-get install ${TOOLS[name].debian})`)
  return path
}

/**
 * Why tests that need these tools must be skipped, or null when all are installed: for `test.skipIf`. Where nothing may be skipped
 * it throws instead.
 */
export function lacking(...names: ToolName[]): string | null {
  const missing = names.filter(name => TOOLS[name].find() === null)
  if (missing.length === 0) return null
  const reason = `not installed: ${missing.map(name => `${name} (Debian: ${TOOLS[name].debian})`).join(', ')}`
  if (STRICT) throw new Error(reason)
  return reason
}

/** Full path of a program: of PATH, or of the folders where Debian keeps what users seldom call. */
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

/** A Python that has the module: Debian's own first, since another one in PATH lacks Debian's modules. */
function findPython(module: string): string | null {
  for (const python of ['/usr/bin/python3', which('python3')]) {
    if (python === null) continue
    try {
      execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore', timeout: 20_000 })
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
