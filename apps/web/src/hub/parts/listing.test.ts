import { expect, test } from 'vitest'
import { categoryName, readLink } from './listing.ts'

test('only magnet links and addresses of the web become links', () => {
  const kinds = (links: readonly string[]) => links.map(link => readLink(link).kind)
  expect(kinds(['magnet:?xt=urn:btih:00', 'MAGNET:?xt=urn:btih:00'])).toEqual(['magnet', 'magnet'])
  expect(kinds(['https://share.example/#s1abc', 'HTTP://a.example'])).toEqual(['web', 'web'])
  const others = [
    'javascript:alert(1)',
    'data:text/html,x',
    'https://',
    'magnet:x',
    ' https://a.example',
    '#s1abc',
  ]
  expect(new Set(kinds(others))).toEqual(new Set(['other']))
})

test('a category that this page does not know keeps its name', () => {
  expect(categoryName('films')).toBe('Films')
  expect(categoryName('holograms')).toBe('holograms')
  expect(categoryName('constructor')).toBe('constructor')
})
