import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dispositionName } from './content-disposition.ts'

test.each([
  ['attachment; filename="a file.iso"', 'a file.iso'],
  ['attachment; filename=plain.zip', 'plain.zip'],
  ['attachment; filename="with \\"quotes\\" ; and semicolon"', 'with "quotes" ; and semicolon'],
  ["attachment; filename=x.txt; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt", 'naïve €.txt'],
  ["attachment; filename*=iso-8859-1'de'%FCber.txt; filename=uber.txt", 'über.txt'],
  // With an invalid extended value, the plain one applies.
  ["attachment; filename=plain.txt; filename*=UTF-8''%ff%fe", 'plain.txt'],
  ["attachment; filename=plain.txt; filename*=no-such-charset''a", 'plain.txt'],
  // As browsers accept it: raw UTF-8, and percent-encoding.
  [Buffer.from('attachment; filename="füß.txt"').toString('latin1'), 'füß.txt'],
  ['attachment; filename="a%20b.txt"', 'a b.txt'],
  ['attachment; FileName="first.txt"; filename="second.txt"', 'first.txt'],
  ['inline', null],
  ['attachment; filename=""', null],
  [undefined, null],
])('%s is called %s', (header, name) => {
  expect(dispositionName(header)).toBe(name)
})

test('any name survives the extended notation', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), name => {
      fc.pre(name.isWellFormed() && !name.startsWith('\ufeff'))
      const encoded = encodeURIComponent(name).replace(/['()*]/g, c => `%${c.charCodeAt(0).toString(16)}`)
      fc.pre(encoded.length < 4000)
      expect(dispositionName(`attachment; filename*=UTF-8''${encoded}`)).toBe(name)
    }),
  )
})

test('any header is parsed quickly', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 5000 }), text => {
      const name = dispositionName(`attachment; filename=${text}`)
      expect(name === null || typeof name === 'string').toBe(true)
    }),
  )
})
