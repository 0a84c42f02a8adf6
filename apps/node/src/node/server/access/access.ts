import type { Access as AccessAnswer, LoginSession, PasskeyAnswer } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { Attempts, browserName, Challenges, sameText } from '@shoal/daemon/login'
import type { DeviceLogins } from '../../kernel/device-logins.ts'
import {
  basicCredentials,
  bearerToken,
  type CookieRequest,
  isFromOtherSite,
  isSessionSecret,
  sessionCookies,
} from './credentials.ts'
import { LastingAnswers } from './lasting-answers.ts'
import {
  memoryPasskeys,
  type PasskeyOwner,
  type PasskeyRecord,
  type PasskeyStore,
  Passkeys,
} from './passkeys.ts'
import { PasswordCheck, type Secret } from './password.ts'
import { memorySessions, type SessionRecord, type SessionStore, Sessions } from './sessions.ts'

/** The user name to use with the token, for programs that can only send user name and password. */
export const TOKEN_USER = 'shoal'

/** The parts of a request that prove who sent it. A fastify request fits. */
export interface AskingRequest extends CookieRequest {
  readonly ip: string
}

export interface Identity {
  readonly username: string
  readonly by: Exclude<AccessAnswer['by'], 'none'>
}

export interface AccessOptions {
  /** See `openToken`. */
  readonly token: string
  /** User name and password; without them only the token opens the node. See `readPassword`. */
  readonly secret?: Secret
  /** Storage of logins that survives a restart. By default they end with the process. */
  readonly sessions?: SessionStore
  /** Storage of passkeys that survives a restart. By default they end with the process. */
  readonly passkeys?: PasskeyStore
  /** The devices that may log in. Default: none. */
  readonly devices?: DeviceLogins | null
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number
}

/** Decides who may use the node, by the token, user name and password, a device, a passkey, or a session that one of these opened. */
export class Access {
  readonly #token: string
  #secret: Secret | null = null
  #password: PasswordCheck | null = null
  readonly #attempts: Attempts
  readonly #sessions: Sessions
  readonly #devices: DeviceLogins | null
  readonly #challenges: Challenges
  readonly #now: () => number
  readonly passkeys: Passkeys
  /** The answers that end with their sessions. */
  readonly lasting = new LastingAnswers()

  constructor({
    token,
    secret,
    sessions = memorySessions(),
    passkeys = memoryPasskeys(),
    devices = null,
    now = Date.now,
  }: AccessOptions) {
    this.#token = token
    this.#now = now
    this.#devices = devices
    this.#challenges = new Challenges(now)
    this.passkeys = new Passkeys({
      ...{ store: passkeys, challenges: this.#challenges, secret: token, now },
      accepts: owner => this.#acceptsOwner(owner),
    })
    this.useSecret(secret ?? null)
    this.#attempts = new Attempts(now)
    // A change of the password does not end the sessions that the token opened.
    this.#sessions = new Sessions(sessions, start => this.#proof(start), now)
    devices?.onChanged(() => this.#endRemoved())
  }

  /** Replaces user name and password; null removes them. Sessions that the old ones opened end, and what they read. */
  useSecret(secret: Secret | null): void {
    const before = this.#secret
    if (before && before.fingerprint === secret?.fingerprint) return
    this.#secret = secret
    this.#password = secret ? new PasswordCheck(secret) : null
    if (!before) return
    for (const id of this.#sessions.endOfPassword(before.username)) this.lasting.endSession(id)
  }

  /**
   * Call it before user name and password are replaced. Returns what to call after that, or after it failed: it lets the session of the request continue
   * under the new user name. Then it returns the secret of a new session for the cookie; null if the request keeps what it has.
   */
  keepSession(request: AskingRequest): () => string | null {
    const own = request.headers.authorization === undefined ? this.#session(request) : null
    if (!own) return () => null
    const before = this.#proof(own)
    const reading = this.lasting.take(own.id)
    return () => {
      const secret = this.#secret
      const isOver = this.#proof(own) !== before
      const { address, browser } = own
      // First: the number of an ended session may be given to the next.
      if (isOver) this.#sessions.end(own.id)
      const renewed =
        isOver && secret
          ? this.#sessions.open({ userName: secret.username, address, browser, device: null, passkey: null })
          : null
      const id = renewed === null ? own.id : this.#sessions.find(renewed)!.id
      this.lasting.give(id, reading)
      if (isOver && renewed === null) this.lasting.endSession(id)
      return renewed
    }
  }

  /** Rejects with `wrong-password` if it is not the one that is set, and with `too-many-attempts`. */
  async requirePassword(password: string | undefined, request: AskingRequest): Promise<void> {
    const { username } = this
    if (username !== null && (await this.checkPassword(username, password ?? '', request))) return
    throw new Failure(
      'wrong-password',
      username === null
        ? 'there is no password yet: the first one requires the token'
        : 'this is not the present password of the console',
      { field: 'present' },
    )
  }

  /** The user name of the password. Null if there is none. */
  get username(): string | null {
    return this.#secret?.username ?? null
  }

  /** The user name that programs log in with. */
  get userName(): string {
    return this.#secret?.username ?? TOKEN_USER
  }

  #endRemoved(): void {
    this.#sessions.endRemoved()
    // Also what a session reads that has expired meanwhile.
    this.lasting.endOthers(new Set(this.#sessions.list().map(({ id }) => id)))
  }

  /** Whether the user of a passkey can log in by other means. */
  #acceptsOwner({ userName, byToken }: PasskeyOwner): boolean {
    if (byToken) return this.#isOfToken(userName)
    return userName === this.#secret?.username || userName === this.#devices?.did
  }

  /** Identifies the credentials of a user, device or passkey. Null if it cannot log in. */
  #proof({
    userName: username,
    device,
    passkey,
  }: Pick<SessionRecord, 'userName' | 'device' | 'passkey'>): string | null {
    if (passkey !== null)
      return this.passkeys.get(passkey)?.userName === username ? `${this.#token}\0${passkey}` : null
    if (device !== null) return this.#devices?.accepts(username, device) ? `${this.#token}\0${device}` : null
    if (this.#isOfToken(username)) return this.#token
    return username === this.#secret?.username ? `${this.#token}\0${this.#secret.fingerprint}` : null
  }

  /** Whether a session of the user can only have been opened with the token. */
  #isOfToken(username: string): boolean {
    return username === TOKEN_USER && this.#secret?.username !== TOKEN_USER
  }

  /** Whether a user name and password are set. */
  get hasPassword(): boolean {
    return this.#password !== null
  }

  /** Returns who sent the request, or null if it has no valid credentials or a page of another site made it. Rejects with `too-many-attempts`. */
  async identify(request: AskingRequest): Promise<Identity | null> {
    if (isFromOtherSite(request)) return null
    const { authorization } = request.headers
    if (authorization === undefined) return this.#identifySession(request)
    const bearer = bearerToken(authorization)
    // A session that has ended is not a guess. Tokens have another form.
    if (bearer !== null && isSessionSecret(bearer)) return this.#identifySession(request)
    if (bearer !== null) return this.#identifyToken(bearer, request)
    const basic = basicCredentials(authorization)
    if (!basic || !(await this.checkPassword(basic.username, basic.password, request))) return null
    return {
      username: basic.username,
      by: this.isToken(basic.username, basic.password) ? 'token' : 'password',
    }
  }

  /**
   * Checks user name and password: those that were set, or `shoal` and the token. Counts failures by address. Rejects with
   * `too-many-attempts` after too many, unless the same credentials were found correct shortly before.
   */
  async checkPassword(username: string, password: string, { ip }: AskingRequest): Promise<boolean> {
    if (this.isToken(username, password) || this.#password?.knows(username, password)) return true
    this.#attempts.admit(ip)
    const asked = this.#password
    // The password may have been replaced meanwhile.
    const right = ((await asked?.check(username, password)) ?? false) && asked === this.#password
    if (right) this.#attempts.succeeded(ip)
    else this.#attempts.failed(ip)
    return right
  }

  /** Whether these are `shoal` and the token. */
  isToken(username: string, password: string): boolean {
    return sameText(password, this.#token) && username === TOKEN_USER
  }

  /** Whether the token was used, now or when the session was opened, rather than the password. */
  provesToken(identity: Identity | null): boolean {
    if (identity?.by !== 'session') return identity?.by === 'token'
    return this.#isOfToken(identity.username)
  }

  /** Opens a session. Returns its secret, for the cookie. Rejects with `wrong-password`, `too-many-attempts`. */
  async login(username: string, password: string, request: AskingRequest): Promise<string> {
    if (!(await this.checkPassword(username, password, request)))
      throw new Failure('wrong-password', 'wrong user name or password', { field: 'password' })
    const browser = browserName(request.headers['user-agent'])
    return this.#sessions.open({
      userName: username,
      address: request.ip,
      browser,
      device: null,
      passkey: null,
    })
  }

  /** Makes a challenge for a device. Throws `not-found` if no device can log in, and `too-many-attempts`. */
  challenge({ ip }: AskingRequest): { nonce: string; expiresMs: number } {
    if (this.#devices?.did == null)
      throw new Failure('not-found', 'no device can log in to this node', { field: 'path' })
    this.#attempts.admit(ip)
    return this.#challenges.make()
  }

  /**
   * Opens a session for a device of the user. `audience`: the origin that the device has signed for, which the caller has checked to be one of the
   * node's. Returns the secret of the session, for the header `Authorization: Bearer`. Rejects with `bad-login`, also for a second use, and with
   * `too-many-attempts`.
   */
  async loginWithDevice(
    { token, nonce, audience }: { token: string; nonce: string; audience: string },
    request: AskingRequest,
  ): Promise<{ username: string; session: string }> {
    const { ip } = request
    this.#attempts.admit(ip)
    try {
      if (!this.#challenges.isOpen(nonce)) throw badLogin('its challenge has expired or was used')
      // It brings a library that few nodes need.
      const { verifyLoginToken } = await import('@shoal/identity/login')
      const login = await verifyLoginToken(token, { audience, nonce }, this.#now() / 1000)
      const device = Buffer.from(login.deviceKey).toString('hex')
      if (!this.#devices?.accepts(login.person, device))
        throw badLogin('the device list of this node’s user has no such device, or has expired')
      // Nothing is awaited from here on, so that two requests cannot both use it.
      if (!this.#challenges.use(nonce)) throw badLogin('its challenge was used')
      this.#attempts.succeeded(ip)
      const browser = browserName(request.headers['user-agent'])
      const session = this.#sessions.open({
        ...{ userName: login.person, address: ip, browser, device, passkey: null },
      })
      return { username: login.person, session }
    } catch (error) {
      this.#attempts.failed(ip)
      throw error
    }
  }

  /**
   * Opens a session for the user of a passkey. `origin`: that of the page, which the caller has checked to be one of the node's. Returns the secret of the session, for the cookie.
   * Rejects with `bad-passkey`, also for a second use, `no-passkeys` and `too-many-attempts`.
   */
  async loginWithPasskey(
    answer: PasskeyAnswer,
    origin: string,
    { ip, headers }: AskingRequest,
  ): Promise<{ username: string; secret: string }> {
    this.#attempts.admit(ip)
    try {
      const { id, userName } = await this.passkeys.verify(answer, origin)
      this.#attempts.succeeded(ip)
      const browser = browserName(headers['user-agent'])
      const start = { userName, address: ip, browser, device: null, passkey: id }
      return { username: userName, secret: this.#sessions.open(start) }
    } catch (error) {
      this.#attempts.failed(ip)
      throw error
    }
  }

  /** The user for whom the sender may add a passkey. */
  passkeyOwner(identity: Identity): PasskeyOwner {
    return { userName: identity.username, byToken: this.provesToken(identity) }
  }

  /** The passkeys that the sender may see and remove, the oldest first: all with the token, else those of the own user. */
  passkeysFor(identity: Identity): readonly PasskeyRecord[] {
    const seesAll = this.provesToken(identity)
    return this.passkeys.list().filter(({ userName }) => seesAll || userName === identity.username)
  }

  /** Removes a passkey. Its sessions end, and what they read. */
  removePasskey(id: string): void {
    this.passkeys.remove(id)
    this.#endRemoved()
  }

  /** How a session was opened. */
  openedBy({ userName, device, passkey }: SessionRecord): LoginSession['by'] {
    if (device !== null) return 'device'
    if (passkey !== null) return 'passkey'
    return this.#isOfToken(userName) ? 'token' : 'password'
  }

  /** Ends the sessions of the request's cookies, and what they read. */
  logout(request: AskingRequest): void {
    for (const { secret } of sessionCookies(request)) {
      const id = this.#sessions.close(secret)
      if (id !== null) this.lasting.endSession(id)
    }
  }

  /** The number of the session that a request belongs to; null if it has other credentials or none. */
  sessionOf(request: AskingRequest): number | null {
    return this.#session(request)?.id ?? null
  }

  /** The sessions that the sender may see and end, last used first: all with the token, else those of the own user. */
  sessionsFor(identity: Identity): readonly SessionRecord[] {
    const seesAll = this.provesToken(identity)
    return this.#sessions.list().filter(({ userName }) => seesAll || userName === identity.username)
  }

  /** Ends a session, and what it reads. */
  endSession(id: number): void {
    this.#sessions.end(id)
    this.lasting.endSession(id)
  }

  #session(request: AskingRequest): SessionRecord | null {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const bearer = bearerToken(authorization)
      const session = bearer !== null && isSessionSecret(bearer) ? this.#sessions.find(bearer) : null
      // Cookies are not accepted in another place than their own.
      return session && session.device !== null ? session : null
    }
    const [cookie] = sessionCookies(request)
    return cookie ? this.#sessions.find(cookie.secret) : null
  }

  #identifySession(request: AskingRequest): Identity | null {
    const session = this.#session(request)
    return session && { username: session.userName, by: 'session' }
  }

  #identifyToken(given: string, { ip }: AskingRequest): Identity | null {
    if (sameText(given, this.#token)) return { username: TOKEN_USER, by: 'token' }
    this.#attempts.admit(ip)
    this.#attempts.failed(ip)
    return null
  }
}

function badLogin(why: string): Failure {
  return new Failure('bad-login', `this login cannot be accepted: ${why}`, { field: 'token' })
}
