/** Passkeys of accounts. */
import { createHash } from 'node:crypto'
import type { NewPasskey, PasskeyAnswer, PasskeyCreation, PasskeyRequest } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import type { Challenges } from '@shoal/daemon/login'
import { askForLogin, askForNew, bytesOf, encode, verifyLogin, verifyNew } from '@shoal/daemon/passkeys'
import type { HubPasskey, Login } from '@shoal/hub-api'
import type { Passkey, Passkeys, UsedChallenges } from '@shoal/hub-stores'
import type { Client } from '../kernel/client.ts'
import type { Guesses } from '../kernel/guesses.ts'
import type { People } from '../kernel/people.ts'
import { beginSession, findAccount, type LoginParts, notActive } from './device-logins.ts'

/** Purpose of login challenges. */
const LOGIN = 'passkey'

interface PasskeyParts extends LoginParts {
  readonly passkeys: Passkeys
  /** Name of the hub. */
  readonly title: string
}

export class HubPasskeys {
  readonly #people: People
  readonly #passkeys: Passkeys
  readonly #used: UsedChallenges
  readonly #challenges: Challenges
  readonly #guesses: Guesses
  readonly #title: string

  constructor({ people, passkeys, challenges, used, guesses, title }: PasskeyParts) {
    this.#people = people
    this.#passkeys = passkeys
    this.#used = used
    this.#challenges = challenges
    this.#guesses = guesses
    this.#title = title
  }

  /** Returns the request for a login. Throws `no-passkeys`, `too-many-attempts`. */
  request(client: Client): PasskeyRequest {
    this.#guesses.admit(client.address)
    return askForLogin(originOf(client), this.#challenges.make(LOGIN).nonce)
  }

  /**
   * Logs in. Rejects with `bad-passkey`, also when reused, `forbidden`, `no-passkeys`,
   * `too-many-attempts`.
   */
  async login(answer: PasskeyAnswer, client: Client): Promise<Login & { wrappedKey: string | null }> {
    const origin = originOf(client)
    this.#guesses.admit(client.address)
    const names = [client.address]
    try {
      const found = await this.#passkeys.find(bytesOf(answer.id))
      if (!found) throw badPasskey('it is not registered here')
      const { did, passkey } = found
      const ofPasskey = `passkey ${answer.id}`
      this.#guesses.admit(ofPasskey)
      names.push(ofPasskey)
      const [counter, nonce] = await verifyLogin(answer, passkey, { origin, isOpen: this.#isOpen(LOGIN) })
      const account = await findAccount(this.#people, did)
      if (!account) throw badPasskey('it is not registered here')
      if (account.state !== 'active') throw notActive(account)
      await this.#use(nonce, LOGIN)
      await this.#passkeys.noteLogin(passkey.id, counter)
      const login = await beginSession(
        this.#people,
        { did, device: null, label: undefined, inCookie: true },
        client,
      )
      return { ...login, wrappedKey: passkey.wrappedKey && encode(passkey.wrappedKey) }
    } catch (error) {
      if ((error as Failure).code !== 'too-many-attempts') this.#guesses.failed(...names)
      throw error
    }
  }

  /** Returns the request for a new passkey of an account. Rejects with `no-passkeys`. */
  async requestNew(did: string, client: Client): Promise<PasskeyCreation> {
    const [{ name }, existing] = await Promise.all([this.#people.accounts.get(did), this.#passkeys.list(did)])
    return askForNew({
      origin: originOf(client),
      nonce: this.#challenges.make(newFor(did)).nonce,
      title: this.#title,
      // A hash, as WebAuthn requires: a found authenticator does not reveal its owner.
      user: { id: createHash('sha256').update(did).digest(), name: name || did.slice(-8) },
      existing: existing.map(({ id }) => id),
    })
  }

  /** Adds a passkey. Rejects with `bad-passkey`, `exists`, `full`, `no-passkeys`. */
  async add(did: string, given: { name: string; passkey: NewPasskey }, client: Client): Promise<void> {
    const purpose = newFor(did)
    const [passkey, nonce] = await verifyNew(given.passkey, {
      origin: originOf(client),
      isOpen: this.#isOpen(purpose),
    })
    await this.#use(nonce, purpose)
    const { name, passkey: answer } = given
    await this.#passkeys.add(did, { ...passkey, name, transports: answer.transports.join(',') })
  }

  async list(did: string): Promise<{ items: HubPasskey[] }> {
    return { items: (await this.#passkeys.list(did)).map(toItem) }
  }

  #isOpen(purpose: string): (nonce: string) => boolean {
    return nonce => this.#challenges.expiry(nonce, purpose) !== null
  }

  async #use(nonce: string, purpose: string): Promise<void> {
    const expiresMs = this.#challenges.expiry(nonce, purpose)
    if (expiresMs === null || !(await this.#used.use(nonce, expiresMs)))
      throw badPasskey('its challenge was used: begin again')
  }
}

/** A challenge for a new passkey is valid for one account. */
function newFor(did: string): string {
  return `new passkey of ${did}`
}

function toItem({ id, name, createdMs, usedMs, wrappedKey }: Passkey): HubPasskey {
  return { id: encode(id), name, createdMs, usedMs, opensKey: wrappedKey !== null }
}

/** Browsers send the header with each change. Throws `no-passkeys`. */
function originOf(client: Client): string {
  const { origin } = client.headers
  if (origin !== undefined && client.isOwnOrigin(origin)) return origin
  throw new Failure(
    'no-passkeys',
    'passkeys work on the pages of this hub, at its public address: open it there (--public-url)',
    { field: 'origin' },
  )
}

function badPasskey(why: string): Failure {
  return new Failure('bad-passkey', `this passkey cannot be accepted: ${why}`, { field: 'answer' })
}
