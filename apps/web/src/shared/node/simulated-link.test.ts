import { expect, test } from 'vitest'
import { simulationOptions } from './simulated-link.ts'

test('the address chooses what is simulated', () => {
  const options = (text: string) => simulationOptions(new URLSearchParams(text))
  expect(options('mock')).toEqual({ traffic: 'calm', torrents: 24, locked: false })
  expect(options('mock=busy&torrents=70000&locked&drop=5')).toEqual({
    traffic: 'busy',
    torrents: 20_000,
    locked: true,
    dropAfterSeconds: 5,
  })
  expect(options('mock=fresh&torrents=x').torrents).toBe(0)
})
