/**
 * The login of this machine's command line at nodes that know its user: with the device's key
 * instead of a password.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ApiError } from '@shoal/api/api-error'
import { connectNode } from '@shoal/api/client'
import { writeWholeFile } from '@shoal/daemon/files'
import { makeFolders } from '@shoal/torrent/make-folders'
import { stateRoot } from '../../base/files/places.ts'
import { CommandFailure } from '../failure.ts'
import { texts } from '../texts.ts'

/** The keys of this machine's command line as a device of its user. Seeds are 32 bytes in hex. */
export interface TerminalKeys {
  /** The did:key of the user. */
  readonly person: string
  readonly login: string
  readonly message: string
}

/** Path of the key file, which only its owner can read. */
export function terminalKeyFile(): string {
  return join(stateRoot(), 'device.key')
}

/**
 * Returns null if this machine's command line is not a device of a person. Rejects with
 * `bad-key-file`.
 */
export async function readTerminalKeys(): Promise<TerminalKeys | null> {
  const path = terminalKeyFile()
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    const { person, login, message } = JSON.parse(text) as TerminalKeys
    if ([login, message].every(seed => /^[0-9a-f]{64}$/.test(seed)) && person.startsWith('did:key:'))
      return { person, login, message }
  } catch {}
  throw new CommandFailure('bad-key-file', texts.devices.badTerminal({ file: path }))
}

export async function writeTerminalKeys(keys: TerminalKeys): Promise<void> {
  await makeFolders(stateRoot(), 0o700)
  await writeWholeFile(terminalKeyFile(), JSON.stringify(keys), { mode: 0o600 })
}

/**
 * Logs in at a node. Returns the session's secret, which is sent as the token; null if this machine
 * is not a device, or the node knows no person. Rejects with `unauthorized` if the node does not
 * accept the device.
 */
export async function loginWithDevice(url: string, signal: AbortSignal): Promise<string | null> {
  const keys = await readTerminalKeys()
  if (!keys) return null
  const api = connectNode({ url })
  const challenge = await api.createChallenge({}, { signal }).catch(error => {
    // An earlier version, or a node without a person. The command's own requests report whether it
    // responds.
    if (error instanceof ApiError && error.code !== 'too-many-attempts') return null
    throw error
  })
  if (!challenge) return null
  const [{ KeyPair }, { signLoginToken }] = await Promise.all([
    import('@shoal/identity'),
    import('@shoal/identity/login'),
  ])
  const { nonce } = challenge
  const audience = new URL(url).origin
  const device = new KeyPair(Buffer.from(keys.login, 'hex'))
  const token = signLoginToken(
    { person: keys.person, audience, nonce },
    device,
    Math.floor(Date.now() / 1000),
  )
  const { session } = await api.loginWithDevice({ nonce, audience, token }, { signal }).catch(error => {
    if (!(error instanceof ApiError) || error.code !== 'bad-login') throw error
    throw new CommandFailure('unauthorized', texts.devices.notAccepted({ url, reason: error.message }))
  })
  return session
}
