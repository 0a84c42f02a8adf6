import type { AccountInfo, HubAccess, HubInfo } from '@shoal/hub-api'
import type { HubApi } from '@shoal/hub-api/client'
import { Cell } from '../../shared/base/cell.ts'

/** How the page reaches its hub. */
export interface HubLink {
  readonly api: HubApi
  /** Whether the hub runs in this page. */
  readonly simulated: boolean
  /** Sends bytes to a path of the hub. Rejects with an ApiError. */
  sendBytes(method: 'POST' | 'PUT', path: string, body: Blob): Promise<void>
  /** The hub's own words about how it is, such as `ok`. */
  health(signal: AbortSignal): Promise<string>
}

/** Ranks of roles: each may do what those before it may. */
const ROLES: readonly HubAccess[] = ['open', 'member', 'moderator', 'admin']

/** The hub, and who uses it. */
export class HubStore {
  readonly link: HubLink
  readonly api: HubApi
  /** Null until the hub has answered. */
  readonly info = new Cell<HubInfo | null>(null)
  /** The own account. Null: nobody is logged in. Undefined until the hub has answered. */
  readonly account = new Cell<AccountInfo | null | undefined>(undefined)
  /** The reason why the hub did not answer at the start. */
  readonly failure = new Cell<unknown>(null)

  constructor(link: HubLink) {
    this.link = link
    this.api = link.api
  }

  /** Asks what the hub is, and who is logged in. Never rejects. */
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
   * Ends the session, and calls `leave`, which opens a page for everybody. Rejects with an ApiError if that failed; the session is still there
   * then.
   */
  async logOut(leave: () => void): Promise<void> {
    const account = this.account.get()
    // Screens close first, which aborts what they ask: the hub would refuse that after the end of the session.
    this.account.set(undefined)
    try {
      await this.api.logout({})
      // Both at once: the page that was open would ask the hub as a guest.
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
