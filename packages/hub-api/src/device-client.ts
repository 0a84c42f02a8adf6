/**
 * Client of a hub for programs that are a person's device: it logs in with the device's key, and
 * again whenever its session has ended.
 */
import { ApiError } from '@shoal/api/api-error'
import type { CallOptions } from '@shoal/api/contract'
import { connectHub, type HubApi } from './client.ts'
import { HUB_ROUTES } from './routes.ts'
import type { AccountInfo, Login } from './schemas/account.ts'

/** A key that signs synchronously, or a non-extractable one of Web Crypto. */
interface LoginSigner {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>
}

export interface DeviceClientOptions {
  /** The origin of the hub, such as `https://hub.example.org`. */
  readonly url: string
  /** The DID of the person. */
  readonly person: string
  /** Signs with the device's login key. */
  readonly device: LoginSigner
  /** The device's description, as written by `writeDeviceText`. */
  readonly description: string
  /**
   * Returns all device lists of the person in base64url, oldest first. They are sent if the hub
   * lacks the newest one.
   */
  readonly lists: () => Promise<readonly string[]> | readonly string[]
  /** Label by which the person recognizes this program's sessions. */
  readonly label?: string
  readonly fetch?: typeof fetch
  /** Validates responses: `checkAnswers`. Default: no validation. */
  readonly check?: (hub: HubApi) => HubApi
  /** Milliseconds since the Unix epoch. Default: `Date.now`. */
  readonly now?: () => number
  /** Called with the person's account after each login, and when it was created. */
  readonly onAccount?: (account: AccountInfo) => void
}

export interface DeviceClient {
  /** Calls log in first. They reject with an ApiError. */
  readonly api: HubApi
  /**
   * Creates the person's account, and logs in unless the account has to be approved first
   * (`state`). Rejects with an ApiError.
   */
  join(
    options: { readonly name: string; readonly invitation?: string },
    call?: CallOptions,
  ): Promise<AccountInfo>
  /** Returns the secret of a session that is not known to have ended, for WebSockets. */
  session(): Promise<string>
  /** Discards the session, which has ended. */
  forget(): void
}

/**
 * Timeout after which the hub counts as unreachable. Node would wait five minutes, and block every
 * call that needs a login.
 */
const ANSWER_MS = 60_000

export function connectDevice(options: DeviceClientOptions): DeviceClient {
  const { url, lists, check = hub => hub, onAccount = () => {} } = options
  const patient: typeof fetch = (address, init) => {
    const signals = [AbortSignal.timeout(ANSWER_MS), ...(init?.signal ? [init.signal] : [])]
    return (options.fetch ?? fetch)(address, { ...init, signal: AbortSignal.any(signals) })
  }
  const connect = (session?: string) =>
    check(connectHub({ url, fetch: patient, ...(session !== undefined && { session }) }))
  const everyone = connect()
  let session: Promise<string> | null = null

  const begun = (login: Login): string => {
    onAccount(login.account)
    return secretOf(login)
  }
  const login = async (): Promise<string> => {
    try {
      return begun(await everyone.loginWithDevice(await proveDevice(everyone, options)))
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'bad-login' || error.field !== 'device') throw error
      // The hub may not have the newest list yet.
      const proof = { ...(await proveDevice(everyone, options)), lists: [...(await lists())] }
      return begun(await everyone.loginWithDevice(proof))
    }
  }
  /** All calls share one login. */
  const open = (): Promise<string> => {
    if (session) return session
    const opening = login()
    session = opening
    opening.catch(() => forget(opening))
    return opening
  }
  const forget = (ended: Promise<string> | null) => {
    if (session === ended) session = null
  }
  const ask = async (name: string, input: object, call?: CallOptions): Promise<unknown> => {
    const opening = open()
    try {
      return await callOf(connect(await opening), name)(input, call)
    } catch (error) {
      if (error instanceof ApiError && error.code === 'unauthorized') forget(opening)
      throw error
    }
  }
  const api = Object.fromEntries(
    Object.keys(HUB_ROUTES).map(name => [
      name,
      (input: object, call?: CallOptions) =>
        ask(name, input, call).catch(error => {
          // The session has ended: retry once with a new one.
          if (session === null && (error as ApiError).code === 'unauthorized') return ask(name, input, call)
          throw error
        }),
    ]),
  ) as unknown as HubApi
  return {
    api,
    async join({ name, invitation }, call) {
      const proof = await proveDevice(everyone, options)
      const joined = await everyone.join(
        { ...proof, name, lists: [...(await lists())], ...(invitation !== undefined && { invitation }) },
        call,
      )
      onAccount(joined.account)
      if (joined.sessionId !== null) session = Promise.resolve(secretOf(joined))
      return joined.account
    },
    session: () => open(),
    forget: () => forget(session),
  }
}

/** Returns the device's proof for one login at a hub. */
export async function proveDevice(
  hub: Pick<HubApi, 'createChallenge'>,
  {
    url,
    person,
    device,
    description,
    label,
    now = Date.now,
  }: Pick<DeviceClientOptions, 'url' | 'person' | 'device' | 'description' | 'label' | 'now'>,
) {
  const audience = new URL(url).origin
  const { nonce } = await hub.createChallenge({})
  const { signLoginTokenWith } = await import('@shoal/identity/login')
  const sign = async (message: Uint8Array) => device.sign(message)
  const token = await signLoginTokenWith(
    { person, audience, nonce },
    { publicKey: device.publicKey, sign },
    Math.floor(now() / 1000),
  )
  return { nonce, audience, token, device: description, ...(label !== undefined && { label }) }
}

function secretOf({ secret }: { readonly secret: string | null }): string {
  if (secret === null) throw new ApiError('bad-answer', 'the hub began no session')
  return secret
}

function callOf(hub: HubApi, name: string) {
  return (hub as unknown as Record<string, (input: object, call?: CallOptions) => Promise<unknown>>)[name]!
}
