import { expect, test } from 'vitest'
import { fixedSetting } from '../../cli/values/settings.ts'
import { fixedSettings } from './fixed-settings.ts'

test('parses values like the command line: words, sizes, JSON and plain text', () => {
  expect(fixedSetting('network.dht=off')).toEqual({ section: 'network', name: 'dht', value: false })
  expect(fixedSetting('limits.downloadBytesPerSecond=2MB')).toMatchObject({ value: 2_000_000 })
  expect(fixedSetting('network.dht=false')).toEqual({ section: 'network', name: 'dht', value: false })
  expect(fixedSetting('network.encryption=require')).toMatchObject({ value: 'require' })
  expect(fixedSetting('automation.onComplete=["notify-send","{name}"]')).toMatchObject({
    value: ['notify-send', '{name}'],
  })
})

test.each([
  ['network.dht', 'has no value'],
  ['network.nothing=1', 'no setting'],
  ['nothing.dht=1', 'no setting'],
  ['network.port=many', 'network.port: "many" is not possible'],
  ['network.port=70000', 'network.port: "70000" is not possible'],
])('refuses %s', (text, message) => {
  expect(() => fixedSetting(text)).toThrow(message)
})

test('--set has priority over the option of the same setting', () => {
  const set = [fixedSetting('network.port=7000'), fixedSetting('network.dht=false')]
  expect(fixedSettings({ dir: '/downloads', peerPort: 6000, set })).toEqual({
    downloads: { directory: '/downloads' },
    network: { port: 7000, dht: false },
  })
})
