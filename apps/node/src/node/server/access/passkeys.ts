/** Passkeys of the node's users (decision 022): each logs in the user who added it. */
import type { NewPasskey, PasskeyAnswer, PasskeyCreation, PasskeyRequest } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { type Challenges, sha256 } from '@shoal/daemon/login'
import { askForLogin, askForNew, bytesOf, encode, verifyLogin, verifyNew } from '@shoal/daemon/passkeys'

/** Maximum number of passkeys per user. */
const MAX_PASSKEYS = 20
/** The purpose of challenges for logins. */
const LOGIN = 'passkey'

export interface PasskeyOwner {
  readonly userName: string
  /** Whether the user is that of the token. Another user can get the same name later. */
  readonly byToken: boolean
}

export interface PasskeyRecord extends PasskeyOwner {
  /** The credential id in base64url without padding. */
  readonly id: string
  /** COSE key. */
  readonly publicKey: Uint8Array
  /** The signature counter of its authenticator; 0 if it has none. */
  readonly counter: number
  readonly name: string
  readonly createdMs: number
  /** The last login. */
  readonly usedMs: number
}

/** Persistent storage of passkeys: the catalogue's SavedPasskeys. */
export interface PasskeyStore {
  /** Returns false if one with this id exists. */
  add(passkey: PasskeyRecord): boolean
  get(id: string): PasskeyRecord | null
  /** Oldest first. */
  all(): readonly PasskeyRecord[]
  noteLogin(id: string, counter: number, usedMs: number): void
  delete(id: string): void
}

export interface PasskeyParts {
  readonly store: PasskeyStore
  readonly challenges: Challenges
  /** Distinguishes the node in the user ids that authenticators store. */
  readonly secret: string
  /** Returns whether such a user can log in. */
  readonly accepts: (owner: PasskeyOwner) => boolean
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

export class Passkeys {
  readonly #parts: PasskeyParts

  constructor(parts: PasskeyParts) {
    this.#parts = parts
  }

  /** Returns the usable passkeys, oldest first. */
  list(): readonly PasskeyRecord[] {
    return this.#parts.store.all().filter(this.#parts.accepts)
  }

  /** Returns a passkey that its user can log in with, or null. */
  get(id: string): PasskeyRecord | null {
    const found = this.#parts.store.get(id)
    return found && this.#parts.accepts(found) ? found : null
  }

  remove(id: string): void {
    this.#parts.store.delete(id)
  }

  /** Returns the request for a login. Throws `no-passkeys`. */
  request(origin: string): PasskeyRequest {
    return askForLogin(origin, this.#parts.challenges.make(LOGIN).nonce)
  }

  /** Accepts a login, once. Rejects with `bad-passkey`, `no-passkeys`. */
  async verify(answer: PasskeyAnswer, origin: string): Promise<PasskeyRecord> {
    const { challenges, store, now } = this.#parts
    const asked = this.get(answer.id)
    if (!asked) throw badPasskey('it is not registered here')
    const isOpen = (nonce: string) => challenges.isOpen(nonce, LOGIN)
    const key = { id: bytesOf(asked.id), publicKey: asked.publicKey, counter: asked.counter }
    const [counter, nonce] = await verifyLogin(answer, key, { origin, isOpen })
    // No `await` from here on. It may have been removed or used in the meantime.
    const passkey = this.get(answer.id)
    if (!passkey) throw badPasskey('it is not registered here')
    if ((counter > 0 || passkey.counter > 0) && counter <= passkey.counter)
      throw badPasskey('its counter did not grow, so that it may have been copied')
    if (!challenges.use(nonce, LOGIN)) throw badPasskey('its challenge was used: begin again')
    store.noteLogin(passkey.id, counter, now())
    return passkey
  }

  /** Returns the request for a new passkey of a user. Throws `no-passkeys`. */
  requestNew(owner: PasskeyOwner, origin: string): PasskeyCreation {
    const { challenges, secret } = this.#parts
    return askForNew({
      origin,
      nonce: challenges.make(newFor(owner)).nonce,
      title: 'Shoal',
      // To the browser, all nodes on this machine are one domain, in which a passkey with the same
      // id is replaced.
      user: { id: sha256(`${secret}\n${newFor(owner)}`), name: owner.userName },
      existing: this.#of(owner).map(({ id }) => bytesOf(id)),
    })
  }

  /** Adds a passkey. Rejects with `bad-passkey`, `exists`, `full`, `no-passkeys`. */
  async add(
    owner: PasskeyOwner,
    { name, passkey }: { readonly name: string; readonly passkey: NewPasskey },
    origin: string,
  ): Promise<void> {
    const { challenges, store, now } = this.#parts
    const purpose = newFor(owner)
    const isOpen = (nonce: string) => challenges.isOpen(nonce, purpose)
    const [{ id, publicKey, counter }, nonce] = await verifyNew(passkey, { origin, isOpen })
    if (this.#of(owner).length >= MAX_PASSKEYS)
      throw new Failure('full', `a user has at most ${MAX_PASSKEYS} passkeys: remove one`, {
        field: 'passkey',
      })
    if (!challenges.use(nonce, purpose)) throw badPasskey('its challenge was used: begin again')
    const { userName, byToken } = owner
    const times = { createdMs: now(), usedMs: now() }
    if (!store.add({ id: encode(id), publicKey, counter, name, userName, byToken, ...times }))
      throw new Failure('exists', 'this passkey is registered already', { field: 'passkey' })
  }

  #of({ userName, byToken }: PasskeyOwner): readonly PasskeyRecord[] {
    return this.#parts.store.all().filter(each => each.userName === userName && each.byToken === byToken)
  }
}

/** A challenge for a new passkey is valid for one user only. */
function newFor({ userName, byToken }: PasskeyOwner): string {
  return `new passkey of ${byToken ? 'the token' : userName}`
}

function badPasskey(why: string): Failure {
  return new Failure('bad-passkey', `this passkey cannot be accepted: ${why}`, { field: 'answer' })
}

/** Passkeys that end with the process. */
export function memoryPasskeys(): PasskeyStore {
  const kept = new Map<string, PasskeyRecord>()
  return {
    add(passkey) {
      if (kept.has(passkey.id)) return false
      kept.set(passkey.id, passkey)
      return true
    },
    get: id => kept.get(id) ?? null,
    all: () => [...kept.values()],
    noteLogin(id, counter, usedMs) {
      const found = kept.get(id)
      if (found) kept.set(id, { ...found, counter, usedMs })
    },
    delete: id => void kept.delete(id),
  }
}
