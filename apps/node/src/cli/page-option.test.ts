import { parseWords } from '@shoal/options'
import { expect, test } from 'vitest'
import { PAGE_OPTION } from './page-option.ts'

const pageOf = (text: string) => parseWords([`--page=${text}`], PAGE_OPTION, []).options.page

test('a page is an address of http or https', () => {
  expect(pageOf('https://host')).toBe('https://host/')
  expect(pageOf('http://127.0.0.1:8420/share/')).toBe('http://127.0.0.1:8420/share/')
})

test.each(['ftp://host/', 'host', 'https://host/?', 'https://host/#'])('%s is none', text => {
  expect(() => pageOf(text)).toThrow('is not the address of a page')
})

test.each(['https://user:pw@host/', 'https://user@host/', 'https://:pw@host/'])(
  '%s is refused, for all who get the link would have the password, which is not repeated',
  text => {
    expect(() => pageOf(text)).toThrow('must not contain a user name or a password')
    expect(() => pageOf(text)).not.toThrow('pw')
  },
)
