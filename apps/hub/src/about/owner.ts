import type { HubKernel } from '../kernel/kernel.ts'

const LIFE_MS = 7 * 86_400_000

/**
 * Invites the owner of a hub without accounts, for a week. Returns the page with the invitation, or
 * null if there are accounts. Revokes invitations of earlier starts.
 */
export async function inviteOwner({ people, hubKey, origins }: HubKernel): Promise<string | null> {
  const { accounts, invitations } = people
  if ((await accounts.list({ limit: 1 })).length > 0) return null
  for (const { id } of await invitations.list(hubKey.did)) await invitations.revoke(id)
  const { secret } = await invitations.create({
    by: hubKey.did,
    lifeMs: LIFE_MS,
    role: 'admin',
    note: 'owner',
  })
  return `${origins[0]}/#invitation=${secret}`
}
