import { AccessRules, FAMILY } from '@shoal/tracker'
import { expect, test, vi } from 'vitest'
import { joinedChannels } from '../cluster/testing/joined-channels.ts'
import { shareWrongPasskeys } from './wrong-passkeys.ts'

const PASSKEY = 'right1234'

test('wrong passkeys of an address count in all processes', async () => {
  using channels = joinedChannels(2)
  const [one, other] = channels.all.map(each => {
    const access = new AccessRules({ passkeys: [PASSKEY], isMachineTrusted: false, nowMs: () => 0 })
    shareWrongPasskeys(each, access)
    return access
  })
  const heard = Promise.withResolvers<void>()
  const probe = channels.all.map(each => each.open('probe', () => heard.resolve()))
  channels.start()
  await vi.waitFor(() => expect(probe.every(({ isJoined }) => isJoined)).toBe(true))
  const address = Int32Array.of(1, 2, 3, -4)
  const refusal = (access: AccessRules, passkey: string, of = address, family: 0 | 1 = FAMILY.ipv6) =>
    access.passkeyRefusal(passkey, family, of)
  for (let at = 0; at < 10; at++) expect(refusal(one!, `wrong123${at}`)).toBe('passkey')
  probe[0]!.publish(new Uint8Array(1))
  await heard.promise
  for (const access of [one!, other!]) expect(refusal(access, PASSKEY)).toBe('guesses')
  // Another address, and the same digits in the other family.
  expect(refusal(other!, PASSKEY, Int32Array.of(1, 3, 3, -4))).toBeNull()
  expect(refusal(other!, PASSKEY, address, FAMILY.ipv4)).toBeNull()
})

test('messages that are no wrong passkey are dropped', () => {
  const countWrongPasskey = vi.fn()
  let receive: (bytes: Uint8Array) => void = () => {}
  const open = (_name: string, onFrame: typeof receive) => {
    receive = onFrame
    return { number: 1, isJoined: true, publish() {}, send() {} }
  }
  shareWrongPasskeys({ open }, { countWrongPasskey, onWrongPasskey() {} })
  for (const wrong of [[], [1, 2, 3], Array(17).fill(9), Array(18).fill(0)]) receive(Uint8Array.from(wrong))
  expect(countWrongPasskey).not.toHaveBeenCalled()
  receive(new Uint8Array(17))
  expect(countWrongPasskey).toHaveBeenCalledExactlyOnceWith(FAMILY.ipv4, new Int32Array(4))
})
