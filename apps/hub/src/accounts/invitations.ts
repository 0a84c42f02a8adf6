import { Failure } from '@shoal/daemon/failure'
import type { InvitationItem, Registration } from '@shoal/hub-api'
import type { Role } from '@shoal/hub-stores'
import type { Caller } from '../kernel/callers.ts'
import type { People } from '../kernel/people.ts'

const DAY_MS = 86_400_000
/** Members invite people they know. */
const MEMBER_LIMITS = { uses: 10, invitations: 20 } as const

export interface NewInvitation {
  readonly role: Role
  readonly uses: number
  readonly days: number
  readonly note: string
}

/** Invitations of a hub, as its members can use them. */
export class HubInvitations {
  readonly #people: Pick<People, 'invitations' | 'audit'>
  readonly #policy: Registration

  constructor(people: Pick<People, 'invitations' | 'audit'>, policy: Registration) {
    this.#people = people
    this.#policy = policy
  }

  /** Rejects with `forbidden`, `full`. */
  async create({ did, account }: Caller, { role, uses, days, note }: NewInvitation) {
    const { invitations, audit } = this.#people
    if (account.role !== 'admin') {
      if (role !== 'member') throw forbidden('only admins invite with a role', 'role')
      if (this.#policy === 'closed') throw forbidden('this hub takes no new accounts', 'role')
    }
    if (account.role === 'member') {
      if (uses > MEMBER_LIMITS.uses)
        throw forbidden(`members invite at most ${MEMBER_LIMITS.uses} people at once`, 'uses')
      if ((await invitations.list(did)).length >= MEMBER_LIMITS.invitations)
        throw new Failure('full', 'you have many invitations that were not used: revoke some', {
          field: 'uses',
        })
    }
    const created = await invitations.create({ by: did, role, uses, lifeMs: days * DAY_MS, note })
    if (role !== 'member')
      await audit.add({
        actor: did,
        action: 'invite',
        subject: created.invitation.id,
        detail: role,
        isPublic: false,
      })
    return { secret: created.secret, invitation: { ...created.invitation } }
  }

  async list(caller: Caller): Promise<{ items: InvitationItem[] }> {
    const items = await this.#people.invitations.list(seesAll(caller) ? undefined : caller.did)
    return { items: items.map(each => ({ ...each })) }
  }

  /** Rejects with `not-found` for an invitation that is not visible to the caller. */
  async revoke(caller: Caller, id: string): Promise<{ items: InvitationItem[] }> {
    const { items } = await this.list(caller)
    if (!items.some(each => each.id === id))
      throw new Failure('not-found', 'there is no such invitation: it may be used up', { field: 'id' })
    await this.#people.invitations.revoke(id)
    return this.list(caller)
  }
}

function seesAll({ account }: Caller): boolean {
  return account.role !== 'member'
}

function forbidden(why: string, field: string): Failure {
  return new Failure('forbidden', why, { field })
}
