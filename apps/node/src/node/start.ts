/** A complete node: `shoal start`. */
import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { closeAll } from '@shoal/daemon/capability'
import { systemClock } from '@shoal/torrent'
import { isLoopback } from '@shoal/torrent/local-address'
import { defaultFolder } from '../base/files/places.ts'
import { keepReserve, removeNodeFile, writeNodeFile } from '../base/node-file.ts'
import { CAPABILITIES } from './capabilities.ts'
import type { AnyCapability } from './kernel/capability.ts'
import { DEVICE_LOGINS } from './kernel/device-logins.ts'
import type { FixedSetting } from './kernel/fixed-settings.ts'
import { fixedSettings } from './kernel/fixed-settings.ts'
import type { KernelOptions } from './kernel/kernel.ts'
import { leaveNetwork } from './kernel/leave-network.ts'
import type { Log } from './kernel/log/log.ts'
import { createNodeLog, type NodeLog } from './kernel/log/node-log.ts'
import { type OpenNode, runNode } from './run-node.ts'
import { type Run, Runs } from './runs.ts'
import { Access } from './server/access/access.ts'
import { LoginStore } from './server/access/login-store.ts'
import { readPassword, type Secret } from './server/access/password.ts'
import { SavedPasskeys } from './server/access/saved-passkeys.ts'
import { openToken } from './server/access/token.ts'
import type { Front } from './server/front.ts'
import { createServer, openFront, type Server } from './server/server.ts'
import { ENGINE } from './torrents/service.ts'
import { takenPeerPort } from './torrents/session-settings.ts'

/** Options that a node starts with. Paths are absolute. */
export interface StartOptions {
  readonly port: number
  readonly host: string
  /** Whether `host` was given. */
  readonly hasHost?: boolean
  readonly dataDir: string
  /** Download folder; undefined: from the node's settings. */
  readonly dir: string | undefined
  /** Requires `passwordFile`, and vice versa. */
  readonly username: string | undefined
  readonly passwordFile: string | undefined
  /** Path of the settings file; undefined if there is none. */
  readonly config: string | undefined
  /** Port for peers; undefined: from the node's settings. */
  readonly peerPort: number | undefined
  /** Address for incoming peers; undefined: all. */
  readonly peerHost: string | undefined
  readonly allowDir: readonly string[]
  readonly allowedHost: readonly string[]
  /** Addresses and networks. */
  readonly trustedProxy: readonly string[]
  /** Switches the built-in tracker off; false: from the node's settings. */
  readonly noTracker: boolean
  /** Undefined: from the node's settings. */
  readonly publicUrl: string | undefined
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  /** Settings that override the saved ones. */
  readonly set: readonly FixedSetting[]
  readonly open: boolean
}

export interface StartedNode {
  /** `http://127.0.0.1:8420` */
  readonly url: string
  /** Opens the console; contains the token if there is no password. Must not be logged. */
  readonly consoleUrl: string
  /** The download folder. */
  readonly directory: string
  readonly peerPort: number
  /** The default port for peers, if another program uses it. */
  readonly takenPeerPort: number | null
  /**
   * Resolves when a stop is requested over the API. Rejects if the node cannot start again in this
   * process after a restart.
   */
  readonly stopAsked: Promise<void>
  /** Saves and closes everything. Safe to call twice. */
  close(): Promise<void>
}

export interface StartSurroundings {
  /** Destination of the log. Default: stderr. */
  readonly log?: NodeLog
  /** Default: all. */
  readonly capabilities?: readonly AnyCapability[]
}

/** Rejects with a Failure or ShoalError that says what to do, after closing everything. */
export async function startNode(
  options: StartOptions,
  { log = createNodeLog({ level: options.logLevel }), capabilities = CAPABILITIES }: StartSurroundings = {},
): Promise<StartedNode> {
  const secret =
    options.username !== undefined && options.passwordFile !== undefined
      ? await readPassword(options.username, options.passwordFile)
      : undefined
  if (options.passwordFile !== undefined) await tellReaders(options.passwordFile, log.log)
  const unwatch = tellFaults(log.log)
  const { promise: stopAsked, resolve: onStop, reject: onFailed } = Promise.withResolvers<void>()
  stopAsked.catch(() => {})
  let front: Front | null = null
  const open = async () => {
    const onRestart = () => runs.restart()
    const run = await openRun({ options, log, capabilities, secret, front, onStop, onRestart })
    front = run.front
    return run
  }
  const runs = new Runs(open, { log: log.log, clock: systemClock, onFailed })
  try {
    const { node, server, token } = await runs.start()
    log.log.info(`the node is listening at ${server.url}`)
    if (!existsSync(WEB_ROOT))
      log.log.warn('the console is not built, so there is no page to open: npm run build builds it')
    const peerPort = node.want(ENGINE)?.port ?? 0
    let closing: Promise<void> | null = null
    return {
      url: server.url,
      consoleUrl: secret ? `${server.url}/` : `${server.url}/#token=${token}`,
      directory: node.kernel.settings.current.downloads.directory,
      peerPort,
      takenPeerPort: takenPeerPort(node.kernel.settings.current, peerPort),
      stopAsked,
      close() {
        closing ??= closeAll([
          () => front?.close(),
          () => runs.close(),
          () => removeNodeFile(options.dataDir),
          unwatch,
          () => log.close(),
        ])
        return closing
      },
    }
  } catch (error) {
    unwatch()
    throw error
  }
}
interface NodeRun extends Run {
  readonly node: OpenNode
  readonly server: Server
  readonly front: Front
  readonly token: string
}

interface RunOptions extends Pick<KernelOptions, 'onStop' | 'onRestart'> {
  readonly options: StartOptions
  readonly log: NodeLog
  readonly capabilities: readonly AnyCapability[]
  readonly secret: Secret | undefined
  /** The port of the previous run. */
  readonly front: Front | null
}

/** Rejects like `startNode`, after closing everything except a given front. */
async function openRun({
  options,
  log,
  capabilities,
  secret,
  front: given,
  ...asked
}: RunOptions): Promise<NodeRun> {
  const kernel = {
    dataDir: options.dataDir,
    directory: options.dir ?? defaultFolder(),
    fixed: fixedSettings(options),
    allowedDirectories: [...options.allowDir, ...ownFolders(options)],
    ...(options.peerHost !== undefined && { peerHost: options.peerHost }),
    log: log.log,
    logEntries: log.entries,
    ...asked,
  }
  const node = await runNode(kernel, capabilities)
  let front = given
  let server: Server | null = null
  try {
    const token = await openToken(options.dataDir)
    const access = new Access({
      token,
      ...(secret && { secret }),
      sessions: new LoginStore(node.kernel.database),
      passkeys: new SavedPasskeys(node.kernel.database),
      devices: node.want(DEVICE_LOGINS),
    })
    const opened = given ?? (await openFront({ ...options, trustedProxies: options.trustedProxy }))
    front = opened
    const serving = await createServer({
      onHttpServer: node.running.flatMap(({ onHttpServer }) => onHttpServer ?? []),
      node,
      access,
      host: options.host,
      isHostFixed: options.hasHost ?? false,
      front,
      allowedHosts: options.allowedHost,
      trustedProxies: options.trustedProxy,
      ...(existsSync(WEB_ROOT) && { webRoot: WEB_ROOT }),
      plugins: node.running.flatMap(({ routes }) => routes ?? []),
    })
    server = serving
    const endAnnouncing = await announce(options.dataDir, serving.url, node)
    return {
      ...{ node, server, front, token },
      async leave() {
        const keeps = (socket: Socket) => opened.has(socket) || serving.has(socket)
        // The network is left even if earlier steps fail.
        await closeAll([
          endAnnouncing,
          () => opened.hold(),
          () => serving.suspend(),
          () => leaveNetwork(() => node.close(), keeps),
        ])
      },
      async close() {
        await closeAll([endAnnouncing, () => serving.answered(), () => serving.close(), () => node.close()])
      },
    }
  } catch (error) {
    const close = [() => server?.close(), () => (given ? null : front?.close()), () => node.close()]
    await closeAll(close).catch(() => {})
    throw error
  }
}

/**
 * Writes the node's address for commands. A full disk can prevent that, but must not prevent the
 * start.
 */
async function announce(
  dataDir: string,
  url: string,
  { kernel: { room, log, ticker } }: OpenNode,
): Promise<() => void> {
  const write = () => writeNodeFile(dataDir, { url, pid: process.pid })
  let isWritten = await write().then(
    () => true,
    error => {
      if ((error as { code?: unknown }).code !== 'no-space') throw error
      log.warn(`${(error as Error).message}. Until then commands find this node only with --node ${url}`)
      return false
    },
  )
  if (isWritten && (await keepReserve(dataDir))) return () => {}
  let isTrying = false
  const stop = ticker.every('the reserve', () => {
    if (isTrying || room.lacksBytes !== null) return
    isTrying = true
    void complete()
      .catch(() => {})
      .finally(() => {
        isTrying = false
      })
  })
  const complete = async () => {
    if (!isWritten) await write()
    isWritten = true
    if (await keepReserve(dataDir)) stop()
  }
  return stop
}

async function tellReaders(passwordFile: string, log: Log): Promise<void> {
  const { mode } = await stat(passwordFile)
  // Windows has no such bits; the file may be meant to be readable by a group.
  if (process.platform !== 'win32' && (mode & 0o004) !== 0)
    log.warn(`every user of this machine can read the password in ${passwordFile}: chmod 600 ${passwordFile}`)
}

/** Logs an unhandled rejection, which must not end the node. */
function tellFaults(log: Log): () => void {
  const tell = (reason: unknown) =>
    log.error(
      `internal error, please report it: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`,
    )
  process.on('unhandledRejection', tell)
  return () => process.off('unhandledRejection', tell)
}

/**
 * Returns the home folder if only this machine can reach the node: an additional allowed name is
 * that of a proxy, which lets others in.
 */
export function ownFolders({ host, allowedHost }: Pick<StartOptions, 'host' | 'allowedHost'>): string[] {
  return [host, ...allowedHost].every(isLoopback) ? [homedir()] : []
}

/** The built console: see apps/web. */
const WEB_ROOT = fileURLToPath(new URL('../../../web/dist', import.meta.url))
