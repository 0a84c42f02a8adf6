import { describe, expect, it } from 'vitest'
import { thrownCode } from '../testing/thrown-code.ts'
import {
  type DeviceHistory,
  MAX_LISTS,
  newestList,
  parseDeviceHistory,
  readDeviceHistory,
  readDeviceText,
  signNextDevices,
  writeDeviceHistory,
  writeDeviceText,
} from './device-history.ts'
import { NOW, testDevice, testKey } from './testing/person.ts'

const [ROOT, NEXT, LAST, THIEF] = [1, 2, 3, 4].map(testKey) as [
  ReturnType<typeof testKey>,
  ReturnType<typeof testKey>,
  ReturnType<typeof testKey>,
  ReturnType<typeof testKey>,
]
const first = signNextDevices(
  null,
  { devices: [testDevice(1)], successor: NEXT.publicKey, unixSeconds: NOW },
  ROOT,
)
const second = signNextDevices(first, { devices: [testDevice(1), testDevice(2)], unixSeconds: NOW + 1 }, ROOT)

describe('a history of device lists', () => {
  it('is read as it was written', () => {
    expect(readDeviceHistory(writeDeviceHistory(second))).toEqual(second)
    expect(newestList(second).list).toMatchObject({ sequence: 1, issued: NOW + 1 })
    expect(parseDeviceHistory(JSON.stringify(writeDeviceHistory(second)))).toEqual(second)
    expect(readDeviceText(writeDeviceText(testDevice(3)))).toEqual(testDevice(3))
  })

  it.each(['', 'AYRm', 'null', '[]', '{"lists":[1],"devices":[]}', '{"lists":[],"devices":[]}'])(
    'is not read from %s',
    text => {
      expect(thrownCode(() => parseDeviceHistory(text))).toBe('bad-device-list')
    },
  )

  it('continues with the successor, who names another', () => {
    const rotated = signNextDevices(
      second,
      { devices: [testDevice(2)], successor: LAST.publicKey, unixSeconds: NOW + 2 },
      NEXT,
    )
    expect(readDeviceHistory(writeDeviceHistory(rotated))).toEqual(rotated)
    expect(thrownCode(() => signNextDevices(rotated, { devices: [], unixSeconds: NOW }, ROOT))).toBe(
      'bad-argument',
    )
  })

  it('is never issued before the list that it follows', () => {
    const late = signNextDevices(second, { devices: [], unixSeconds: NOW - 1000 }, ROOT)
    expect(newestList(late).list.issued).toBe(NOW + 1)
  })

  it('is signed by nobody else, and has a successor from the start', () => {
    const next = { devices: [], unixSeconds: NOW }
    expect(thrownCode(() => signNextDevices(second, next, THIEF))).toBe('bad-argument')
    expect(thrownCode(() => signNextDevices(null, next, ROOT))).toBe('bad-argument')
  })

  it('is refused with a list or a description left out, added, repeated or changed', () => {
    const { lists, devices } = writeDeviceHistory(second)
    const [one, two] = lists as [string, string]
    const wrong = [
      { lists: [], devices },
      { lists: [two], devices },
      { lists: [two, one], devices },
      { lists: [one, two, two], devices },
      { lists: [one, `${two}A`], devices },
      { lists: [one, '!'], devices },
      { lists: [one, 'A'.repeat(100_000)], devices },
      { lists, devices: devices.slice(1) },
      { lists, devices: [...devices, writeDeviceText(testDevice(3))] },
      { lists, devices: [devices[0]!, writeDeviceText(testDevice(3))] },
      { lists: Array(MAX_LISTS + 1).fill(one), devices },
      { lists, devices: Array(33).fill(devices[0]!) },
    ]
    for (const each of wrong)
      expect([each, thrownCode(() => readDeviceHistory(each))]).toEqual([each, 'bad-device-list'])
  })

  it('has an end', () => {
    const full: DeviceHistory = { lists: Array(MAX_LISTS).fill(newestList(second)), devices: [] }
    expect(thrownCode(() => signNextDevices(full, { devices: [], unixSeconds: NOW }, ROOT))).toBe(
      'bad-argument',
    )
  })
})
