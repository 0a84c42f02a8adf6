/** A hub as this node uses it: operations with a session, and the connection to its rooms. */
import { ApiError } from '@shoal/api/api-error'
import type { CallOptions } from '@shoal/api/contract'
import type { AccountInfo } from '@shoal/hub-api'
import { checkAnswers } from '@shoal/hub-api/checked'
import { connectHub, type HubApi } from '@shoal/hub-api/client'
import { connectDevice, type DeviceClient, type DeviceClientOptions } from '@shoal/hub-api/device-client'
import type { Connect } from '@shoal/hub-api/rooms'
import type { HubAccess } from './service.ts'

export interface ConnectionOptions extends Omit<DeviceClientOptions, 'fetch' | 'check' | 'onAccount'> {
  readonly fetch: typeof fetch
  /** Opens the connection to rooms. Null: the system's default. */
  readonly agent: object | null
  /**
   * Called after each request that needs a login: with null if the hub answered it, otherwise with
   * its error.
   */
  readonly tell: (error: unknown) => void
  /** Called with the name of the person's account after each login, and when it was created. */
  readonly onAccount: (name: string) => void
}

/** Maximum length of the name of an account, which the hub says. */
const MAX_NAME = 64

export class HubConnection {
  /** Operations that need no login. */
  readonly everyone: HubApi
  /** Calls log in first. */
  readonly api: HubApi
  readonly #options: ConnectionOptions
  readonly #device: DeviceClient
  #account: string | null = null

  constructor(options: ConnectionOptions) {
    this.#options = options
    this.everyone = checkAnswers(connectHub(options))
    this.#device = connectDevice({
      ...{ ...options, check: checkAnswers },
      onAccount: ({ name }) => {
        this.#account = name.trim().slice(0, MAX_NAME)
        options.onAccount(this.#account)
      },
    })
    this.api = telling(this.#device.api, options.tell)
  }

  /** Name of the person's account at the last login; null before. */
  get account(): string | null {
    return this.#account
  }

  /** Creates the person's account, which may first need approval. Rejects with an ApiError. */
  join(
    account: { readonly name: string; readonly invitation?: string },
    call?: CallOptions,
  ): Promise<AccountInfo> {
    return this.#device.join(account, call)
  }

  /** Logs in unless there is a session. Rejects with an ApiError. */
  async login(): Promise<void> {
    await this.#device.session()
  }

  /** See `Hubs.accessFor`. */
  access(hub: Uint8Array): HubAccess {
    const { url, agent, tell } = this.#options
    const { api } = this
    const session = () =>
      this.#device.session().catch(error => {
        tell(error)
        throw error
      })
    const connect = (secret: string): Connect => {
      return async (events, call) => {
        const { socketConnect } = await import('@shoal/hub-api/rooms')
        return socketConnect({ url, session: secret, ...(agent && { agent }) })(events, call)
      }
    }
    return { device: { api, session, forget: () => this.#device.forget() }, hub, connect }
  }
}

type Call = (input: object, options?: CallOptions) => Promise<unknown>

/** Returns a hub that reports the outcome of each call. */
function telling(hub: HubApi, tell: (error: unknown) => void): HubApi {
  const calls = Object.entries(hub as unknown as Record<string, Call>).map(([name, call]) => {
    const told: Call = async (input, options) => {
      try {
        const answer = await call(input, options)
        tell(null)
        return answer
      } catch (error) {
        if (error instanceof ApiError) tell(error)
        throw error
      }
    }
    return [name, told] as const
  })
  return Object.fromEntries(calls) as unknown as HubApi
}
