import { randomBytes } from 'node:crypto'
import { beforeEach, expect, it } from 'vitest'
import { encodeEnvelope } from '../envelope/envelope.ts'
import { Group } from '../groups/group.ts'
import { KeyWatch } from './key-watch.ts'
import { suite, TestDevice, TestPerson } from './members.ts'

let watch: KeyWatch
let ann: TestDevice

/** A device whose keys are watched. */
class WatchedDevice extends TestDevice {
  override get owner() {
    return { ...super.owner, suite: watch.watch(suite) }
  }
}

beforeEach(async () => {
  watch = new KeyWatch()
  const person = new TestPerson()
  const { did, own } = person.device('Ann')
  ann = new WatchedDevice(did, own)
  await ann.create([did])
})

async function send(words: string): Promise<void> {
  const commitment = new Uint8Array(randomBytes(32))
  watch.sent(encodeEnvelope({ kind: 'message', commitment, ciphertext: await ann.say(words) }))
}

async function commit(): Promise<void> {
  const { bytes } = await ann.group.commit([])
  watch.sent(encodeEnvelope({ kind: 'handshake', commitment: null, ciphertext: bytes }))
}

/** The device starts again from what its journal had. */
async function forget(then: () => Promise<void>): Promise<void> {
  const records = [...ann.records]
  await then()
  ann.group = Group.restore(ann.owner, records)
}

it('takes one message or change for each key', async () => {
  await send('one')
  ann.restart()
  await send('two')
  await commit()
  expect([watch.used, watch.problems]).toEqual([3, []])
})

it('finds a device that encrypts another message with a used key', async () => {
  await forget(() => send('one'))
  await send('two')
  expect(watch.problems).toEqual(['a key has encrypted twice'])
})

it('finds the same message that was encrypted again', async () => {
  await forget(() => send('one'))
  await send('one')
  expect(watch.problems).toEqual(['a key has encrypted twice'])
})

it('finds a second change of one epoch', async () => {
  await forget(commit)
  await commit()
  expect(watch.problems).toEqual(['a key has encrypted twice'])
})

it('does not mind what never left the device', async () => {
  await forget(async () => void (await ann.say('one')))
  await send('two')
  expect(watch.problems).toEqual([])
})

it('finds what it has not seen encrypted', () => {
  const envelope = {
    kind: 'message',
    commitment: new Uint8Array(32),
    ciphertext: new Uint8Array(40),
  } as const
  watch.sent(encodeEnvelope(envelope))
  expect(watch.problems).toHaveLength(1)
})
