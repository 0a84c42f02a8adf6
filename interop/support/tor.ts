/**
 * A private tor network: one directory authority, three exit relays, and a client with a SOCKS
 * port. None of them knows the public one. The exits connect to every address, so their network
 * must be isolated.
 */
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { until } from '@shoal/testing'
import type { TempDir } from './files.ts'
import { type ManagedProcess, start } from './process.ts'
import { toolPath } from './tools.ts'

const HOME = '127.0.0.1'
const AUTHORITY = { name: 'authority', port: 9100, directoryPort: 9200 }
const RELAYS = ['relay1', 'relay2', 'relay3']
const VOTE_SECONDS = { interval: 10, delay: 2, distribution: 2 }

export interface TorOptions {
  /** Holds the files of all processes. */
  readonly dir: TempDir
  /** Command prefix that runs programs in the network of the ports: `nsenter`, for example. */
  readonly within: readonly string[]
  /** `host:port` of the SOCKS port. */
  readonly socks: string
  /** Name server used by exits. */
  readonly nameServer: string
}

export interface TorNetwork extends AsyncDisposable {
  /** Queries the client through its control port. Resolves to the lines of the response. */
  ask(command: string): Promise<string[]>
}

/** Resolves when the client has built a circuit. */
export async function startTor(options: TorOptions): Promise<TorNetwork> {
  const { dir, within } = options
  const running: ManagedProcess[] = []
  const network = {
    ask: (command: string) => ask(dir.join('client', 'control'), command),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(running.map(process => process.stop()))
    },
  }
  const run = async (name: string, lines: readonly string[]) => {
    await mkdir(dir.join(name), { recursive: true, mode: 0o700 })
    await writeFile(dir.join(`${name}.conf`), [...common(dir, name), ...lines].join('\n'))
    const args = ['-f', dir.join(`${name}.conf`)]
    const process = await start(name, toolPath('tor'), args, { within })
    running.push(process)
    return process
  }
  try {
    const authority = await createAuthority(dir)
    await writeFile(dir.join('resolv.conf'), `nameserver ${options.nameServer}\n`)
    await run(AUTHORITY.name, [authority, ...authorityLines()])
    for (const [i, name] of RELAYS.entries())
      await run(name, [authority, ...relayLines(AUTHORITY.port + 1 + i, dir)])
    // A client that finds fewer relays waits for the next consensus.
    await until('the authority has published the relays', async () => {
      for (const process of running) process.assertRunning()
      const consensus = await readFile(dir.join(AUTHORITY.name, 'cached-microdesc-consensus'), 'latin1')
      return RELAYS.every(name => consensus.includes(`\nr ${name} `))
    })
    const lines = [`SocksPort ${options.socks}`, `ControlSocket ${dir.join('client', 'control')}`]
    const client = await run('client', [authority, ...lines])
    await until('tor has built a circuit', () => {
      client.assertRunning()
      return client.output().includes('Bootstrapped 100%')
    })
    return network
  } catch (error) {
    await network[Symbol.asyncDispose]()
    throw error
  }
}

function common(dir: TempDir, name: string): string[] {
  return [
    'TestingTorNetwork 1',
    `DataDirectory ${dir.join(name)}`,
    `Nickname ${name}`,
    'Log notice stdout',
    'ShutdownWaitLength 0',
    'AddressDisableIPv6 1',
    'AssumeReachable 1',
    // Guards and pairs of circuits need more relays than there are.
    'UseEntryGuards 0',
    'ConfluxEnabled 0',
  ]
}

/** Creates the keys of the authority, and returns the line by which the others identify it. */
async function createAuthority(dir: TempDir): Promise<string> {
  const { name, port, directoryPort } = AUTHORITY
  const keys = dir.join(name, 'keys')
  await mkdir(keys, { recursive: true, mode: 0o700 })
  const place = `${HOME}:${directoryPort}`
  const files = ['-i', 'authority_identity_key', '-s', 'authority_signing_key', '-c', 'authority_certificate']
  const wanted = ['--create-identity-key', '--passphrase-fd', '0', '-m', '12', '-a', place]
  execFileSync(toolPath('tor-gencert'), [...wanted, ...files], {
    input: 'unused\n',
    cwd: keys,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  const about = ['--orport', '1', '--datadirectory', dir.join(name), '--nickname', name]
  const none = ['-f', '/dev/null', '--ignore-missing-torrc']
  execFileSync(toolPath('tor'), ['--list-fingerprint', ...about, ...none], { stdio: 'ignore' })
  const certificate = await readFile(dir.join(name, 'keys', 'authority_certificate'), 'latin1')
  const identity = /^fingerprint (\S+)/m.exec(certificate)![1]
  const [, relay] = (await readFile(dir.join(name, 'fingerprint'), 'latin1')).trim().split(' ')
  return `DirAuthority ${name} orport=${port} no-v2 v3ident=${identity} ${place} ${relay}`
}

function authorityLines(): string[] {
  const { interval, delay, distribution } = VOTE_SECONDS
  return [
    ...['SocksPort 0', `Address ${HOME}`, 'ContactInfo nobody@example.invalid', 'ExitPolicy reject *:*'],
    ...[`OrPort ${HOME}:${AUTHORITY.port}`, `DirPort ${HOME}:${AUTHORITY.directoryPort}`],
    ...['AuthoritativeDirectory 1', 'V3AuthoritativeDirectory 1'],
    ...['V3Auth', 'TestingV3AuthInitial'].flatMap(prefix => [
      `${prefix}VotingInterval ${interval}`,
      `${prefix}VoteDelay ${delay}`,
      `${prefix}DistDelay ${distribution}`,
    ]),
    ...['TestingDirAuthVoteExit *', 'TestingDirAuthVoteGuard *', 'TestingMinExitFlagThreshold 0'],
  ]
}

function relayLines(port: number, dir: TempDir): string[] {
  return [
    ...['SocksPort 0', `Address ${HOME}`, `OrPort ${HOME}:${port}`, 'ContactInfo nobody@example.invalid'],
    // The client then queries the authority, which has every descriptor as soon as it has voted.
    'DirCache 0',
    // To clients, a policy with few addresses looks like one that refuses every port.
    ...['ExitRelay 1', 'ExitPolicyRejectPrivate 0', 'ExitPolicy accept *:*'],
    ...[`ServerDNSResolvConfFile ${dir.join('resolv.conf')}`, 'ServerDNSDetectHijacking 0'],
  ]
}

/** One command of the control protocol. No authentication is needed. */
function ask(path: string, command: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(path, () => socket.end(`AUTHENTICATE\r\n${command}\r\nQUIT\r\n`))
    socket.setEncoding('utf8')
    socket.on('data', chunk => {
      text += chunk
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text.split('\r\n')))
  })
}
