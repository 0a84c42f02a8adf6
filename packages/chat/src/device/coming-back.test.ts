/** A device that is repeatedly added to a group while it joins. */
import { hex } from '@shoal/torrent/base'
import { describe, expect, it } from 'vitest'
import { type ChatMember, ChatWorld, HOME } from '../testing/chat-world.ts'

/** Each has other delays. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
/** So slow that every arrival coincides with a write. */
const SLOW_MS = 50

async function friends(seed: number) {
  const world = new ChatWorld(seed, 4)
  const ann = await world.member('Ann')
  const ben = await world.member('Ben')
  const group = (await world.until(ann.chat!.createGroup({ home: HOME, name: 'Friends' })))!
  await world.until(group.change({ add: [ben.did] }))
  await world.advance(1000)
  const addAgain = async () => {
    await world.until(group.change({ remove: [ben.did] }))
    await world.until(group.change({ add: [ben.did] }))
  }
  return { world, ann, ben, group, addAgain }
}

const stateOf = ({ only: { state, epoch, through } }: ChatMember) => ({
  state,
  epoch,
  through: through.sequence,
})

describe.each(SEEDS)('with the delays of seed %i, a device that comes back', seed => {
  it.each([true, false])(
    'and is killed as it writes that down reads all later changes (durable: %s)',
    async isDurable => {
      const { world, ann, ben, group, addAgain } = await friends(seed)
      ben.process.crash = { writes: 1, isDurable, journal: 'conversations' }
      await addAgain()
      await world.advance(1000)
      expect(ben.process.isAlive).toBe(false)
      await addAgain()
      await world.until(group.change({ policy: { ...group.policy!, name: 'Harbour' } }))
      world.writeMs = SLOW_MS
      await ben.start()
      await world.advance(5000)
      expect(stateOf(ben)).toEqual(stateOf(ann))
      expect(ben.problems).toEqual([])
    },
  )

  it('and is closed before it has read the log up to its invitation gets that again', async () => {
    const { world, ann, ben, group, addAgain } = await friends(seed)
    ben.kill()
    await addAgain()
    world.writeMs = SLOW_MS
    await ben.start()
    // The invitation waits for the log.
    await world.advance(12 * seed)
    ben.chat!.close()
    await world.advance(1000)
    await ben.restart()
    await world.until(group.change({ policy: { ...group.policy!, name: 'Harbour' } }))
    await world.advance(5000)
    expect(stateOf(ben)).toEqual(stateOf(ann))
  })

  it('and is to forget the group meanwhile keeps nothing of it', async () => {
    const { world, ben, group, addAgain } = await friends(seed)
    ben.kill()
    await addAgain()
    world.writeMs = SLOW_MS
    await ben.start()
    await world.advance(12 * seed)
    await world.until(ben.chat!.forget(ben.only))
    await world.advance(1000)
    const room = hex(group.id)
    const kept = ben.journals.filter(name => name.endsWith(room) && ben.recordsOf(name).length > 0)
    // The invitation must not be read before that.
    expect(kept.length > 0).toBe(ben.chat!.conversations.length > 0)
  })
})
