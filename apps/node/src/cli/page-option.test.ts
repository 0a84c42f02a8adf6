import { parseWords } from '@shoal/options'
import { expect, test } from 'vitest'
import { PAGE_OPTION } from './page-option.ts'

const pageOf = (text: string) => parseWords([`--page=${text}`], PAGE_OPTION, []).options.page

test('accepts http and https URLs', () => {
  expect(pageOf('https://host')).toBe('https://host/')
  expect(pageOf('http://127.0.0.1:8420/share/')).toBe('http://127.0.0.1:8420/share/')
})

test.each(['ftp://host/', 'host', 'https://host/?', 'https://host/#'])('rejects %s', text => {
  expect(() => pageOf(text)).toThrow('is not the address of a page')
})

test.each(['https://user:pw@host/', 'https://user@host/', 'https://:pw@host/'])(
  'rejects %s, because everyone with the link would see the password, and does not repeat it',
  text => {
    expect(() => pageOf(text)).toThrow('must not contain a user name or a password')
    expect(() => pageOf(text)).not.toThrow('pw')
  },
)
