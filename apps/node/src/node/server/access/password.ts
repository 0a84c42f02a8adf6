import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { Failure, fileFailure } from '@shoal/daemon/failure'
import { sameText, sha256, TooManyAttempts } from '@shoal/daemon/login'

/** OWASP's recommendation for scrypt: 128 MiB and about half a second per guess. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 } as const
const KEY_BYTES = 32
/**
 * Maximum number of checks waiting for the running one; at the same time, each would take 128 MiB.
 */
const MAX_WAITING = 8
const MAX_KNOWN = 64
const MAX_PASSWORD_BYTES = 1024

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)

/** User name and hashed password. */
export interface Secret {
  readonly username: string
  readonly salt: Buffer
  readonly hash: Buffer
  readonly cost: ScryptOptions
  /**
   * Changes with user name or password, which ends sessions opened with the old ones. Never written
   * to disk.
   */
  readonly fingerprint: string
}

/**
 * Reads the password in the first line of a file and hashes it. Rejects if the file cannot be read
 * or the password is too short.
 */
export async function readPassword(username: string, file: string): Promise<Secret> {
  const text = await readFile(file, 'utf8').catch(error => {
    throw fileFailure(error, file)
  })
  const password = text.split(/\r?\n/, 1)[0]!
  if (password.length < 8)
    throw new Failure(
      'bad-argument',
      `the password in ${file} has fewer than 8 characters: write a longer one on its first line`,
    )
  return hashPassword(username, password)
}

/** Rejects with `bad-argument` if HTTP Basic authentication cannot carry the user name. */
export async function hashPassword(
  username: string,
  password: string,
  cost: ScryptOptions = COST,
): Promise<Secret> {
  if (username === '' || username.includes(':') || username.length > 255)
    throw new Failure('bad-argument', 'a user name has 1 to 255 characters and no colon')
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES)
    throw new Failure('bad-argument', `a password has at most ${MAX_PASSWORD_BYTES} bytes`)
  const salt = randomBytes(16)
  const fingerprint = sha256(`${username}\0${password}`).toString('hex')
  return { username, salt, hash: await derive(password, salt, KEY_BYTES, cost), cost, fingerprint }
}

/**
 * Returns a hashed password as text, for a file that only the owner can read. It does not contain
 * the password.
 */
export function storeSecret({ username, salt, hash }: Secret): string {
  return JSON.stringify({ username, salt: salt.toString('base64'), hash: hash.toString('base64') })
}

/** Throws for a text that is not from `storeSecret`. */
export function restoreSecret(text: string): Secret {
  const { username, salt, hash } = JSON.parse(text) as Record<string, string>
  const [salted, hashed] = [Buffer.from(salt!, 'base64'), Buffer.from(hash!, 'base64')]
  if (typeof username !== 'string' || hashed.length !== KEY_BYTES)
    throw new TypeError('not a stored password')
  const fingerprint = sha256(text).toString('hex')
  return { username, salt: salted, hash: hashed, cost: COST, fingerprint }
}

/**
 * Checks guesses one at a time, and remembers correct ones, so that not every request costs a hash.
 */
export class PasswordCheck {
  readonly #secret: Secret
  readonly #key = randomBytes(32)
  readonly #known = new Set<string>()
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(secret: Secret) {
    this.#secret = secret
  }

  /** Returns whether the pair was recently found correct. */
  knows(username: string, password: string): boolean {
    return this.#known.has(this.#mark(username, password))
  }

  /** Rejects with `too-many-attempts` if too many checks are waiting. */
  async check(username: string, password: string): Promise<boolean> {
    if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return false
    if (this.#waiting >= MAX_WAITING)
      throw new TooManyAttempts('too many logins at the same time: try again in a few seconds', 5)
    this.#waiting++
    const turn = this.#turn.then(() => this.#compare(username, password))
    this.#turn = turn.catch(() => {})
    return turn.finally(() => this.#waiting--)
  }

  async #compare(username: string, password: string): Promise<boolean> {
    const { salt, hash, cost } = this.#secret
    const samePassword = timingSafeEqual(await derive(password, salt, KEY_BYTES, cost), hash)
    const right = sameText(username, this.#secret.username) && samePassword
    if (right && this.#known.size < MAX_KNOWN) this.#known.add(this.#mark(username, password))
    return right
  }

  #mark(username: string, password: string): string {
    return createHmac('sha256', this.#key).update(`${username}\0${password}`).digest('base64')
  }
}
