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

/** The parts of a request that prove its sender. A fastify request fits. */
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
  /** User name and password; without them, only the token grants access. See `readPassword`. */
  readonly secret?: Secret
  /** Persistent storage of logins. By default they end with the process. */
  readonly sessions?: SessionStore
  /** Persistent storage of passkeys. By default they end with the process. */
  readonly passkeys?: PasskeyStore
  /** The devices that can log in. Default: none. */
  readonly devices?: DeviceLogins | null
  /** Milliseconds since the Unix epoch. */
  readonly now?: () => number
}

/**
 * Decides who can use the node, by token, user name and password, device, passkey, or a session
 * that was opened with one of these.
 */
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
  /** The responses that end with their sessions. */
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
    // A change of the password does not end sessions opened with the token.
    this.#sessions = new Sessions(sessions, start => this.#proof(start), now)
    devices?.onChanged(() => this.#endRemoved())
  }

  /**
   * Replaces user name and password; null removes them. Ends sessions opened with the old ones, and
   * their responses.
   */
  useSecret(secret: Secret | null): void {
    const before = this.#secret
    if (before && before.fingerprint === secret?.fingerprint) return
    this.#secret = secret
    this.#password = secret ? new PasswordCheck(secret) : null
    if (!before) return
    for (const id of this.#sessions.endOfPassword(before.username)) this.lasting.endSession(id)
  }

  /**
   * Call it before user name and password are replaced. Returns a function to call after success or
   * failure, which lets the request's session continue under the new user name and returns the
   * secret of a new session for the cookie; null if the request keeps its own.
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
      // First: the number of an ended session can be reused for the next.
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

  /** Rejects with `wrong-password` if it is not the present one, and with `too-many-attempts`. */
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
    // Include responses of a session that has expired since.
    this.lasting.endOthers(new Set(this.#sessions.list().map(({ id }) => id)))
  }

  /** Returns whether the user of a passkey can log in by other means. */
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

  /** Returns whether a session of the user can only have been opened with the token. */
  #isOfToken(username: string): boolean {
    return username === TOKEN_USER && this.#secret?.username !== TOKEN_USER
  }

  /** Whether a user name and password are set. */
  get hasPassword(): boolean {
    return this.#password !== null
  }

  /**
   * Returns the sender of the request, or null if it has no valid credentials or was made by a page
   * of another site. Rejects with `too-many-attempts`.
   */
  async identify(request: AskingRequest): Promise<Identity | null> {
    if (isFromOtherSite(request)) return null
    const { authorization } = request.headers
    if (authorization === undefined) return this.#identifySession(request)
    const bearer = bearerToken(authorization)
    // An ended session does not count as a guess. Tokens have a different format.
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
   * Checks user name and password: the configured ones, or `shoal` and the token. Counts failures
   * by address. Rejects with `too-many-attempts` after too many, unless the same credentials were
   * recently found correct.
   */
  async checkPassword(username: string, password: string, { ip }: AskingRequest): Promise<boolean> {
    if (this.isToken(username, password) || this.#password?.knows(username, password)) return true
    this.#attempts.admit(ip)
    const asked = this.#password
    // The password may have been replaced during the check.
    const right = ((await asked?.check(username, password)) ?? false) && asked === this.#password
    if (right) this.#attempts.succeeded(ip)
    else this.#attempts.failed(ip)
    return right
  }

  /** Whether these are `shoal` and the token. */
  isToken(username: string, password: string): boolean {
    return sameText(password, this.#token) && username === TOKEN_USER
  }

  /**
   * Returns whether the token was used, now or when the session was opened, rather than the
   * password.
   */
  provesToken(identity: Identity | null): boolean {
    if (identity?.by !== 'session') return identity?.by === 'token'
    return this.#isOfToken(identity.username)
  }

  /**
   * Opens a session. Returns its secret, for the cookie. Rejects with `wrong-password`,
   * `too-many-attempts`.
   */
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

  /**
   * Creates a challenge for a device. Throws `not-found` if no device can log in, and
   * `too-many-attempts`.
   */
  challenge({ ip }: AskingRequest): { nonce: string; expiresMs: number } {
    if (this.#devices?.did == null)
      throw new Failure('not-found', 'no device can log in to this node', { field: 'path' })
    this.#attempts.admit(ip)
    return this.#challenges.make()
  }

  /**
   * Opens a session for a device of the user. `audience`: the origin that the device signed for,
   * which the caller has verified to be one of the node's. Returns the session's secret for the
   * header `Authorization: Bearer`. Rejects with `bad-login`, also on a second use, and with
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
      // Lazy: it loads a library that few nodes need.
      const { verifyLoginToken } = await import('@shoal/identity/login')
      const login = await verifyLoginToken(token, { audience, nonce }, this.#now() / 1000)
      const device = Buffer.from(login.deviceKey).toString('hex')
      if (!this.#devices?.accepts(login.person, device))
        throw badLogin('the device list of this node’s user has no such device, or has expired')
      // No `await` from here on, so that two requests cannot both use it.
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
   * Opens a session for the user of a passkey. `origin`: that of the page, which the caller has
   * verified to be one of the node's. Returns the session's secret for the cookie. Rejects with
   * `bad-passkey`, also on a second use, `no-passkeys` and `too-many-attempts`.
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

  /** Returns the user that the sender can add a passkey for. */
  passkeyOwner(identity: Identity): PasskeyOwner {
    return { userName: identity.username, byToken: this.provesToken(identity) }
  }

  /**
   * Returns the passkeys that the sender can see and remove, oldest first: all with the token,
   * otherwise those of the sender's user.
   */
  passkeysFor(identity: Identity): readonly PasskeyRecord[] {
    const seesAll = this.provesToken(identity)
    return this.passkeys.list().filter(({ userName }) => seesAll || userName === identity.username)
  }

  /** Removes a passkey. Ends its sessions and their responses. */
  removePasskey(id: string): void {
    this.passkeys.remove(id)
    this.#endRemoved()
  }

  /** Returns how a session was opened. */
  openedBy({ userName, device, passkey }: SessionRecord): LoginSession['by'] {
    if (device !== null) return 'device'
    if (passkey !== null) return 'passkey'
    return this.#isOfToken(userName) ? 'token' : 'password'
  }

  /** Ends the sessions of the request's cookies, and their responses. */
  logout(request: AskingRequest): void {
    for (const { secret } of sessionCookies(request)) {
      const id = this.#sessions.close(secret)
      if (id !== null) this.lasting.endSession(id)
    }
  }

  /** Returns the number of a request's session; null for other or no credentials. */
  sessionOf(request: AskingRequest): number | null {
    return this.#session(request)?.id ?? null
  }

  /**
   * Returns the sessions that the sender can see and end, most recently used first: all with the
   * token, otherwise those of the sender's user.
   */
  sessionsFor(identity: Identity): readonly SessionRecord[] {
    const seesAll = this.provesToken(identity)
    return this.#sessions.list().filter(({ userName }) => seesAll || userName === identity.username)
  }

  /** Ends a session and its responses. */
  endSession(id: number): void {
    this.#sessions.end(id)
    this.lasting.endSession(id)
  }

  #session(request: AskingRequest): SessionRecord | null {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const bearer = bearerToken(authorization)
      const session = bearer !== null && isSessionSecret(bearer) ? this.#sessions.find(bearer) : null
      // Secrets of cookies are not accepted as bearer tokens.
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
