import { expect, test } from 'vitest'
import { WITH_BROWSER } from './with-browser.ts'

test('the files that import a driver of browsers, or a helper that does', () => {
  expect(WITH_BROWSER).toEqual(
    expect.arrayContaining([
      'interop/browser-peer.long.test.ts',
      'interop/console/look.long.test.ts',
      'interop/page.test.ts',
      'interop/page-firefox.long.test.ts',
    ]),
  )
})

test('and no others', () => {
  const others = ['interop/dht.test.ts', 'interop/node-cli.test.ts', 'interop/faults/kills.long.test.ts']
  expect(WITH_BROWSER.filter(file => others.includes(file))).toEqual([])
})
