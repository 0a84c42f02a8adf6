/** A hub in this process, with logged-in members. */
import { connectHub, type HubApi } from '@shoal/hub-api/client'
import type { Role } from '@shoal/hub-stores'
import type { TestStores } from '@shoal/hub-stores/testing'
import { KeyPair } from '@shoal/identity'
import type { Given } from '../options.ts'
import { openTestHub, type TestHub } from './test-hub.ts'

export interface Member {
  readonly did: string
  readonly api: HubApi
  readonly session: string
  /** Requests a path of the hub as this member. */
  get(path: string, init?: RequestInit): Promise<Response>
}

export interface HubWithMembers extends AsyncDisposable {
  readonly url: string
  /** Opens its stores another time. */
  readonly openStores: TestHub['openStores']
  /** The stores of the hub, opened a second time. */
  readonly stores: TestStores
  readonly everyone: HubApi
  member(name: string, role?: Role): Promise<Member>
}

export async function hubWithMembers(given: Given = {}): Promise<HubWithMembers> {
  const hub = await openTestHub(given)
  const url = hub.urls[0]!
  const { openStores } = hub
  const stores = await openStores()
  return {
    url,
    openStores,
    stores,
    everyone: hub.everyone,
    async member(name, role = 'member') {
      const { did } = KeyPair.generate()
      await stores.accounts.create({ did, name, role })
      const { secret } = await stores.sessions.begin(did, { label: 'test', lifeMs: 3_600_000 })
      const authorization = `Bearer ${secret}`
      return {
        did,
        session: secret,
        api: connectHub({ url, session: secret }),
        get: (path, init = {}) =>
          fetch(`${url}${path}`, { ...init, headers: { ...init.headers, authorization } }),
      }
    },
    async [Symbol.asyncDispose]() {
      await stores.close()
      await hub[Symbol.asyncDispose]()
    },
  }
}

/** A magnet link; `number` determines its info hash. */
export function magnet(number: number): string {
  return `magnet:?xt=urn:btih:${number.toString(16).padStart(40, '0')}`
}

/** The smallest PNG of this size: only its header, which is all that is read. */
export function png(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(45)
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(bytes)
  bytes.writeUInt32BE(width, 16)
  bytes.writeUInt32BE(height, 20)
  Buffer.from('0806000000', 'hex').copy(bytes, 24)
  return new Uint8Array(bytes)
}
