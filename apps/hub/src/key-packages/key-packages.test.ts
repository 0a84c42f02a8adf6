import { randomBytes } from 'node:crypto'
import { deviceHash, encodeDevice } from '@shoal/identity/devices'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joined, openTestHub, type TestHub, type TestPerson } from '../testing/test-hub.ts'

let hub: TestHub
beforeAll(async () => {
  hub = await openTestHub({ registration: 'open' })
})
afterAll(() => hub[Symbol.asyncDispose]())

const text = (length = 300) => randomBytes(length).toString('base64url')
const nameOf = (device: ReturnType<TestPerson['device']>['device']) =>
  Buffer.from(deviceHash(encodeDevice(device))).toString('hex')

/** Ann with two devices, and Ben with one. */
async function people() {
  const [url] = hub.urls as [string]
  const [ann, ben] = [await joined(url, { name: 'Ann' }), await joined(url, { name: 'Ben' })]
  const phone = ann.person.device('Phone')
  ann.person.sign([ann.device, phone])
  const annPhone = ann.person.connect(url, phone)
  await annPhone.session()
  return {
    ann,
    annPhone: annPhone.api,
    ben,
    names: [nameOf(ann.device.device), nameOf(phone.device)] as const,
  }
}

describe('key packages at the hub', () => {
  it('are given out once for each device, and then the last resort', async () => {
    const { ann, annPhone, ben, names } = await people()
    const oneTime = [text(), text()]
    const last = { ref: text(32), keyPackage: text() }
    expect(await ann.api.getKeyPackages({})).toEqual({ upload: 0, oneTime: 0, lastResort: null })
    const upload = { upload: 1, oneTime, lastResort: last }
    for (let at = 0; at < 2; at++)
      expect(await ann.api.addKeyPackages(upload)).toEqual({ upload: 1, oneTime: 2, lastResort: last.ref })
    const take = async (device?: string) => {
      const { items } = await ben.api.takeKeyPackages({ did: ann.did, ...(device && { device }) })
      return new Map(items.map(({ device, ...item }) => [device, item]))
    }
    const first = await take()
    expect(first.get(names[1])).toEqual({ keyPackage: null, isLastResort: false })
    const second = await take(names[0])
    expect([...second.keys()]).toEqual([names[0]])
    const taken = [first, second].map(each => each.get(names[0])!.keyPackage)
    expect(taken.sort()).toEqual(oneTime.sort())
    expect((await take()).get(names[0])).toEqual({ keyPackage: last.keyPackage, isLastResort: true })
    expect(await ann.api.getKeyPackages({})).toEqual({ upload: 1, oneTime: 0, lastResort: last.ref })
    const renewed = await ann.api.addKeyPackages({ upload: 2, oneTime: [text()], replace: true })
    expect(renewed).toEqual({ upload: 2, oneTime: 1, lastResort: null })
    // Ann's other device gets one; the requesting device is left out.
    const { items } = await annPhone.takeKeyPackages({ did: ann.did })
    expect(items.map(({ device }) => device)).toEqual([names[0]])
  })

  it('need a device, an upload in turn and a form that fits', async () => {
    const { ann, ben } = await people()
    const wrong = [
      { upload: 2, oneTime: [text()], code: 'conflict' },
      { upload: 1, oneTime: [text(25_000)], code: 'bad-request' },
      { upload: 1, oneTime: ['+/=='], code: 'bad-request' },
      { upload: 1, oneTime: Array.from({ length: 50 }, () => text(24_000)), code: 'full' },
    ]
    for (const { code, ...input } of wrong)
      await expect(ann.api.addKeyPackages(input)).rejects.toMatchObject({ code })
    await expect(ben.api.takeKeyPackages({ did: 'did:key:nobody' })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(hub.everyone.takeKeyPackages({ did: ann.did })).rejects.toMatchObject({
      code: 'unauthorized',
    })
  })
})
