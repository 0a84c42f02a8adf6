import { expect, test } from 'vitest'
import { fixedSetting, fixedSettings } from './fixed-settings.ts'

test('reads values as JSON, and as plain text where they are none', () => {
  expect(fixedSetting('network.dht=false')).toEqual({ section: 'network', name: 'dht', value: false })
  expect(fixedSetting('network.encryption=require')).toMatchObject({ value: 'require' })
  expect(fixedSetting('automation.onComplete=["notify-send","{name}"]')).toMatchObject({
    value: ['notify-send', '{name}'],
  })
})

test.each([
  ['network.dht', 'no setting'],
  ['network.nothing=1', 'no setting'],
  ['nothing.dht=1', 'no setting'],
  ['network.port=many', 'network.port cannot be many'],
  ['network.port=70000', 'network.port cannot be 70000'],
])('refuses %s', (text, message) => {
  expect(() => fixedSetting(text)).toThrow(message)
})

test('a setting by its name goes before the option of the same', () => {
  const set = [fixedSetting('network.port=7000'), fixedSetting('network.dht=false')]
  expect(fixedSettings({ dir: '/downloads', peerPort: 6000, set })).toEqual({
    downloads: { directory: '/downloads' },
    network: { port: 7000, dht: false },
  })
})
