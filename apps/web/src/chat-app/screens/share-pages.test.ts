import { expect, test } from 'vitest'
import { SharePages } from './share-pages.ts'

const SEALED = `#s1${'A'.repeat(40)}`
const MAGNET = `magnet:?xt=urn:btih:${'a'.repeat(40)}&dn=Charts`
const MANIFEST = JSON.stringify({ name: 'Shoal', start_url: './' })

/** An app whose server has the share page next to it, or answers something else there. */
function pages(answer: () => Response) {
  const asked: string[] = []
  const load = (async (url: URL) => {
    asked.push(url.href)
    return answer()
  }) as unknown as typeof fetch
  return { asked, pages: new SharePages('https://node.example/chat-app/#/chat/1', load) }
}

test('a link opens at the address that it names, and nothing is asked for that', async () => {
  const { pages: own, asked } = pages(() => new Response(MANIFEST))
  expect(await own.pageOf(`https://other.example/share/${SEALED}`)).toBe(
    `https://other.example/share/${SEALED}`,
  )
  expect(asked).toEqual([])
})

test('links without an address open in the share page next to the app, which is looked for once', async () => {
  const { pages: own, asked } = pages(() => new Response(MANIFEST))
  expect(await own.pageOf(SEALED)).toBe(`https://node.example/share/${SEALED}`)
  expect(await own.pageOf(MAGNET)).toBe(`https://node.example/share/#${MAGNET}`)
  expect(asked).toEqual(['https://node.example/share/manifest.webmanifest'])
})

test.each([
  ['no share page', () => new Response(null, { status: 404 })],
  ['a page for every address', () => new Response('<!doctype html>')],
  ['an error with a body', () => new Response(MANIFEST, { status: 500 })],
  [
    'no server',
    () => {
      throw new TypeError('no network')
    },
  ],
])('a server with %s opens links that name their page only', async (_, answer) => {
  const { pages: own } = pages(answer)
  expect([await own.pageOf(SEALED), await own.pageOf(MAGNET)]).toEqual([null, null])
})

test.each(['javascript:alert(1)#s1AAAAAAAAAAAAAAAAAAAAAAAA', 'data:text/html,x', 'ftp://host/#s1', 'text'])(
  '%s opens nowhere',
  async link => {
    expect(await pages(() => new Response(MANIFEST)).pages.pageOf(link)).toBeNull()
  },
)
