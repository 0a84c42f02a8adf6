import type { AccountInfo, HubAccess, HubInfo } from '@shoal/hub-api'
import type { HubApi } from '@shoal/hub-api/client'
import { Cell } from '../../shared/base/cell.ts'

/** The connection of the page to its hub. */
export interface HubLink {
  readonly api: HubApi
  /** Whether the hub is simulated in this page. */
  readonly simulated: boolean
  /** Uploads bytes to a path of the hub. Rejects with an ApiError. */
  sendBytes(method: 'POST' | 'PUT', path: string, body: Blob): Promise<void>
  /** Resolves to the hub's health text, such as `ok`. */
  health(signal: AbortSignal): Promise<string>
}

/** Roles in ascending order: each includes the rights of those before it. */
const ROLES: readonly HubAccess[] = ['open', 'member', 'moderator', 'admin']

/** The hub, and the user's account on it. */
export class HubStore {
  readonly link: HubLink
  readonly api: HubApi
  /** Null until the hub has answered. */
  readonly info = new Cell<HubInfo | null>(null)
  /** The user's account. Null without a login. Undefined until the hub has answered. */
  readonly account = new Cell<AccountInfo | null | undefined>(undefined)
  /** Why the hub did not answer at the start. */
  readonly failure = new Cell<unknown>(null)

  constructor(link: HubLink) {
    this.link = link
    this.api = link.api
  }

  /** Reads the description of the hub and the user's account. Never rejects. */
  start = async (): Promise<void> => {
    this.failure.set(null)
    try {
      const [info, { account }] = await Promise.all([this.api.getHub({}), this.api.getLogin({})])
      this.info.set(info)
      this.account.set(account)
    } catch (error) {
      this.failure.set(error)
    }
  }

  /**
   * Ends the session, and calls `leave`, which opens a page that everyone can see. Rejects with an
   * ApiError if that failed; the session then still exists.
   */
  async logOut(leave: () => void): Promise<void> {
    const account = this.account.get()
    // Screens are closed first, which aborts their requests: the hub would refuse them after the
    // end of the session.
    this.account.set(undefined)
    try {
      await this.api.logout({})
      // Both at the same time: otherwise the open page would send requests as a guest.
      leave()
      this.account.set(null)
    } catch (error) {
      this.account.set(account)
      throw error
    }
  }
}

export function mayUse(account: AccountInfo | null | undefined, access: HubAccess): boolean {
  return ROLES.indexOf(account?.role ?? 'open') >= ROLES.indexOf(access)
}
