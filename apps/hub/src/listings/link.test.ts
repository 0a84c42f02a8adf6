import { formatShareLink, type ShareLink } from '@shoal/links'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLink } from './link.ts'

const HASHES = { v1: new Uint8Array(20).fill(0xab), v2: new Uint8Array(32).fill(0xcd) }
const [V1, V2] = ['ab'.repeat(20), 'cd'.repeat(32)]
const link = (seal?: ShareLink['seal']) =>
  formatShareLink('https://share.example/', {
    magnet: { infoHashes: HASHES },
    lengthBytes: 7,
    ...(seal && { seal }),
  })

test('magnet links name hashes and perhaps a length', () => {
  expect(readLink(`magnet:?xt=urn:btih:${V1}&xl=42`)).toMatchObject({
    kind: 'open',
    infoHashV1: V1,
    infoHashV2: null,
    sizeBytes: 42,
  })
  expect(readLink(`magnet:?xt=urn:btmh:1220${V2}`)).toMatchObject({
    infoHashV1: null,
    infoHashV2: V2,
    sizeBytes: null,
  })
})

test('share links are open or sealed, and lead to a magnet link without the key', () => {
  expect(readLink(link())).toMatchObject({ kind: 'open', infoHashV1: V1, infoHashV2: V2, sizeBytes: 7 })
  const key = new Uint8Array(32).fill(9)
  const sealed = readLink(link({ by: 'key', key }))
  expect(sealed).toMatchObject({ kind: 'sealed', infoHashV1: V1 })
  expect(sealed.magnet).toBe(`magnet:?xt=urn:btih:${V1}&xt=urn:btmh:1220${V2}`)
  expect(readLink(link({ by: 'passphrase' })).kind).toBe('sealed')
})

test('links whose torrent can be replaced have no hashes', () => {
  const published = `magnet:?xs=urn:btpk:${'ef'.repeat(32)}`
  expect(readLink(published)).toEqual({
    kind: 'published',
    infoHashV1: null,
    infoHashV2: null,
    magnet: published,
    sizeBytes: null,
  })
})

test('whatever is not the address of a share is refused', () => {
  const fragment = link().slice(link().indexOf('#'))
  const wrong = [
    ...['', 'x', '#', fragment, `javascript:alert(1)${fragment}`, `JavaScript:alert(1)//${fragment}`],
    ...[
      `data:text/html,x${fragment}`,
      ` ${link()}`,
      link().replace('https', 'file'),
      `//share.example/${fragment}`,
    ],
    ...[
      link().replace('share.example', 'bank.example@evil.example'),
      link().slice(0, -3),
      'https://share.example/',
    ],
    ...[
      'magnet:?dn=x',
      'web+magnet:?xt=urn:btih:00',
      `magnet:?xt=urn:btih:${V1}\n<script>`,
      'magnet:?xs=urn:btpk:00',
    ],
  ]
  for (const each of wrong)
    expect(() => readLink(each), each).toThrow(expect.objectContaining({ code: 'bad-link', field: 'link' }))
})

test('any text is either a link that opens nothing else, or refused', () => {
  const parts = fc.constantFrom(
    ...[
      'magnet:?',
      'xt=urn:btih:',
      V1,
      '&',
      'xs=urn:btpk:',
      'https://',
      'h',
      '/',
      '#',
      's1',
      link(),
      'javascript:',
      ' ',
    ],
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 8 }), all => {
      const text = all.join('')
      try {
        readLink(text)
      } catch (error) {
        expect((error as { code: string }).code).toBe('bad-link')
        return
      }
      expect(text).toMatch(/^(magnet:\?|https?:\/\/)/i)
    }),
    { numRuns: 2000 },
  )
})
