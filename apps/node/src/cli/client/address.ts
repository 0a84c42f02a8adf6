/**
 * Finds a node's address and credentials: first in the options, then in the environment, then in
 * the data folder.
 */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { UsageError } from '@shoal/options'
import { defaultDataFolder } from '../../base/files/places.ts'
import { readNodeFile, readToken, tokenFile } from '../../base/node-file.ts'
import { START } from '../../base/program.ts'
import { CommandFailure, fileFailure } from '../failure.ts'
import { texts } from '../texts.ts'
import type { NodeOptions } from './node-options.ts'

export interface NodeAddress {
  /** Without a trailing slash. */
  readonly url: string
  readonly token: string | null
  readonly password: { readonly username: string; readonly password: string } | null
  /** The data folder that it was found in; null if its URL was given. */
  readonly dataDir: string | null
  /** Source of the token or password, for error messages; null if there is neither. */
  readonly credentials: string | null
}

type Env = Readonly<Record<string, string | undefined>>

/**
 * Rejects with `no-node` if none is named and none runs on this machine, and with UsageError for an
 * invalid address.
 */
export async function findNode(given: NodeOptions, env: Env = process.env): Promise<NodeAddress> {
  const dataDir = resolve(given.dataDir ?? (env.SHOAL_DATA_DIR || defaultDataFolder(env)))
  const named = given.node ?? (env.SHOAL_NODE || undefined)
  // A data folder among the options takes precedence over a node in the environment.
  const url = named === undefined || named === 'local' || isNamedFolder(given) ? null : checkedUrl(named)
  const found = url ?? (await readNodeFile(dataDir))?.url
  if (found === undefined) throw noNodeHere(dataDir, given.dataDir ?? env.SHOAL_DATA_DIR)
  const local = url === null ? dataDir : null
  return { url: trimmed(found), dataDir: local, ...(await credentials(given, env, local)) }
}

function isNamedFolder({ dataDir, node }: NodeOptions): boolean {
  return dataDir !== undefined && node === undefined
}

export function noNodeHere(dataDir: string, named: string | undefined): CommandFailure {
  const { noneHere, noneOfFolder } = texts.connection
  return new CommandFailure(
    'no-node',
    named ? noneOfFolder({ folder: dataDir, start: START }) : noneHere({ start: START }),
  )
}

type Credentials = Pick<NodeAddress, 'token' | 'password' | 'credentials'>

async function credentials(given: NodeOptions, env: Env, dataDir: string | null): Promise<Credentials> {
  const none = { token: null, password: null }
  if (given.token !== undefined) {
    if (given.username !== undefined) throw new UsageError(texts.connection.tokenOrUser)
    return { ...none, token: sound(given.token, '--token'), credentials: '--token' }
  }
  if (given.username !== undefined || given.passwordFile !== undefined) {
    const { username = env.SHOAL_USERNAME, passwordFile = env.SHOAL_PASSWORD_FILE } = given
    return withPassword(username, passwordFile)
  }
  if (env.SHOAL_TOKEN)
    return { ...none, token: sound(env.SHOAL_TOKEN, 'SHOAL_TOKEN'), credentials: 'SHOAL_TOKEN' }
  if (env.SHOAL_USERNAME || env.SHOAL_PASSWORD_FILE)
    return withPassword(env.SHOAL_USERNAME, env.SHOAL_PASSWORD_FILE)
  // The token of this machine's node must not be sent to another node.
  const token = dataDir === null ? null : await readToken(dataDir)
  return { ...none, token, credentials: token === null ? null : tokenFile(dataDir!) }
}

async function withPassword(username: string | undefined, file: string | undefined): Promise<Credentials> {
  if (!username) throw new UsageError(texts.connection.needsUsername)
  if (!file) throw new UsageError(texts.connection.needsPassword)
  const text = await readFile(file, 'utf8').catch(error => {
    throw fileFailure(error, file)
  })
  const password = text.split(/\r?\n/, 1)[0]!
  if (password === '') throw new CommandFailure('bad-argument', texts.connection.emptyPassword({ file }))
  return {
    token: null,
    password: { username, password },
    credentials: texts.connection.fileOfUser({ username, file }),
  }
}

/** Checks that the token is valid in a header. */
function sound(token: string, where: string): string {
  if (!/^[\x21-\x7e]{1,1024}$/.test(token)) throw new UsageError(texts.connection.notToken({ where }))
  return token
}

function checkedUrl(text: string): string {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`)
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '')
    throw new UsageError(texts.connection.notAddress({ text }))
  if (url.username !== '' || url.password !== '') throw new UsageError(texts.connection.withPassword)
  if (url.search !== '' || url.hash !== '') throw new UsageError(texts.connection.tooLong({ text }))
  return url.href
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '')
}
