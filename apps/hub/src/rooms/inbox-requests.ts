/** Inbox requests: a device reads its own inbox, and any member delivers to those of others. */
import { type Input, type Reply, RoomError, type SentOutcome } from '@shoal/hub-api/rooms'
import type { AccountUse } from './accounts-use.ts'
import type { Member } from './contracts.ts'
import type { Shared } from './shared.ts'

interface Asker {
  readonly member: Member
  readonly use: AccountUse
}

export async function readInbox(
  { given }: Shared,
  { member }: Asker,
  { since, limit }: Input<'inbox'>,
): Promise<Reply<'inbox'>> {
  return { entries: await given.stores.inboxes.read(deviceOf(member), since, limit) }
}

export async function acknowledgeInbox(
  { given }: Shared,
  { member }: Asker,
  { through }: Input<'taken'>,
): Promise<null> {
  await given.stores.inboxes.acknowledge(deviceOf(member), through)
  return null
}

export async function deliver(
  { given, wake }: Shared,
  { use }: Asker,
  { deliveries }: Input<'deliver'>,
): Promise<Reply<'deliver'>> {
  const nowMs = given.clock.nowMs()
  use.demand('deliveries', deliveries.length, nowMs)
  use.demand(
    'deliveredBytes',
    deliveries.reduce((sum, { bytes }) => sum + bytes.length, 0),
    nowMs,
  )
  const isAllowed = deliveries.map(({ device }) => use.mayDeliverTo(device, nowMs))
  const allowed = deliveries.filter((_, at) => isAllowed[at])
  const outcomes = allowed.length > 0 ? await given.stores.inboxes.deliver(allowed) : []
  const devices = allowed.filter((_, at) => outcomes[at] === 'delivered').map(({ device }) => device)
  if (devices.length > 0) wake({ kind: 'inbox', devices })
  let at = 0
  return { outcomes: isAllowed.map((is): SentOutcome => (is ? outcomes[at++]! : 'refused')) }
}

function deviceOf({ device }: Member): Uint8Array {
  if (device) return device
  throw new RoomError('forbidden', 'Only devices have an inbox: log in with one')
}
