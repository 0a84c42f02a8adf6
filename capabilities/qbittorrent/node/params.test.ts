import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Params, readParams } from './params.ts'

const FORM = 'application/x-www-form-urlencoded'

test('query and form are merged, and the form has priority', async () => {
  const params = await readParams('/x?a=1&b=%20x', FORM, Buffer.from('a=2&c=true&d='))
  expect([params.number('a'), params.text('b'), params.bool('c'), params.number('d')]).toEqual([
    2,
    ' x',
    true,
    undefined,
  ])
  expect([params.has('d'), params.has('e')]).toEqual([true, false])
  expect(() => params.required('e')).toThrow(/missing required parameter: e/)
  expect(() => params.number('b')).toThrow(/not a number/)
})

test('a form with files is parsed as sent', async () => {
  const bytes = fc.uint8Array({ maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(bytes, fc.string(), async (content, value) => {
      const form = new FormData()
      form.append('torrents', new File([content.slice()], 'a "b".torrent'))
      form.append('category', value)
      const { headers, body } = await sent(form)
      const params = await readParams('/x', headers, body)
      expect(params.files.map(file => [...file.bytes])).toEqual([[...content]])
      // Line ends of a form are CRLF (RFC 7578 section 4.1).
      expect(params.text('category').replace(/\r\n?|\n/g, '\n')).toBe(value.replace(/\r\n?|\n/g, '\n'))
    }),
    { numRuns: 40 },
  )
})

async function sent(form: FormData): Promise<{ headers: string; body: Uint8Array }> {
  const request = new Response(form)
  return { headers: request.headers.get('content-type')!, body: new Uint8Array(await request.arrayBuffer()) }
}

test('a malformed form is rejected', async () => {
  const form = new FormData()
  form.append('urls', 'a link')
  const { headers, body } = await sent(form)
  const cut = body.slice(0, -10)
  for (const [type, given] of [
    [headers, cut],
    ['multipart/form-data', Buffer.from('x')],
    ['multipart/form-data; boundary=a', Buffer.from('--b\r\n\r\n')],
  ] as const)
    await expect(readParams('/x', type, given)).rejects.toMatchObject({ status: 400 })
})

test('lists drop empty entries and are limited', () => {
  expect(new Params(new Map([['hashes', 'a||b |']])).list('hashes', '|')).toEqual(['a', 'b'])
  expect(() => new Params(new Map([['hashes', '|'.repeat(20_000)]])).list('hashes', '|')).toThrow(/too many/)
})
