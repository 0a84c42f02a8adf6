import type { ChatMessage } from '@shoal/api'
import { formatShareLink, type Seal } from '@shoal/links'
import { expect, test } from 'vitest'
import { readLink, shoalLinksIn, withoutLinks } from '../../../shared/chat/shoal-links.ts'
import { isEmoji, nameOf, shownText } from '../../../shared/chat/shown-text.ts'
import { rowsOf } from './grouping.ts'
import { mentionable, mentionParts, mentionsIn, typedMention } from './mentions.ts'
import { plainText } from './plain-text.ts'

const ANA = { did: 'did:key:zAna', name: 'Ana' }
const ANA_LIMA = { did: 'did:key:zLima', name: 'Ana Lima' }
const NOBODY = { did: 'did:key:zNobody123456', name: null }
const HOUR_MS = 3_600_000

const message = (id: string, did: string, sentMs: number): ChatMessage => ({
  ...{ id, sentMs, state: 'shown', text: id, replyTo: null, mentions: [], files: [], reactions: [] },
  sender: { did, name: null, isSelf: did === 'self', isContact: false, isBlocked: false, isVerified: false },
  delivery: 'delivered',
})

test('messages are grouped by day and sender, and unread ones follow a line', () => {
  const noonMs = new Date(2026, 5, 1, 12).getTime()
  const all = [
    message('a', 'self', noonMs),
    message('b', 'self', noonMs + 1000),
    message('c', 'self', noonMs + HOUR_MS),
    message('d', 'ben', noonMs + HOUR_MS + 1000),
    message('e', 'ben', noonMs + 24 * HOUR_MS),
  ]
  const shown = (readUpTo: string | null) =>
    rowsOf(all, readUpTo).map(row =>
      row.kind === 'message' ? row.message.id + (row.isFirst ? '!' : '') : row.kind,
    )
  expect(shown(null)).toEqual(['day', 'a!', 'b', 'c!', 'd!', 'day', 'e!'])
  // Own messages are never unread.
  expect(shown('a')).toEqual(['day', 'a!', 'b', 'c!', 'unread', 'd!', 'day', 'e!'])
  expect(shown('e')).not.toContain('unread')
})

test('marks that turn or pile up text become visible, and letters of all languages stay', () => {
  expect(shownText('a\u202egpj.exe\u0007\r\nb\tc')).toBe('a\ufffdgpj.exe\ufffd\nb\tc')
  expect(shownText(`Z${'\u0300'.repeat(50)}!`)).toBe(`Z${'\u0300'.repeat(4)}!`)
  for (const text of ['שלום', 'مرحبا\u200f', 'नमस्ते', '👩🏽‍🚒', 'Ả']) expect(shownText(text)).toBe(text)
  expect(nameOf({ ...ANA, name: 'x\u202etxt' })).toBe('x\ufffdtxt')
  expect(nameOf(NOBODY)).toBe('…123456')
  expect(nameOf({ ...ANA, name: ' ' })).toBe(`…${ANA.did.slice(-6)}`)
})

test('only emoji are reactions', () => {
  for (const emoji of ['👍', '❤️', '👩🏽‍🚒', '🇪🇺']) expect(isEmoji(emoji)).toBe(true)
  for (const text of ['a', '👍👍', '<b>', '', '1']) expect(isEmoji(text)).toBe(false)
})

test('a name is completed while it is typed', () => {
  expect(typedMention('hello @an', 9)).toEqual({ at: 6, text: 'an' })
  expect(typedMention('mail@an', 7)).toBeNull()
  expect(mentionable([NOBODY, ANA_LIMA, ANA], 'an').map(({ name }) => name)).toEqual(['Ana', 'Ana Lima'])
  expect(mentionable([ANA_LIMA, ANA], 'li')).toEqual([ANA_LIMA])
})

test('mentions are the names behind @, the longest first', () => {
  const people = [ANA, ANA_LIMA, NOBODY]
  expect(mentionsIn('@Ana Lima, see @Ana!', people)).toEqual([ANA_LIMA.did, ANA.did])
  expect(mentionsIn('@Anab mail@Ana', people)).toEqual([])
  expect(mentionParts('hi @Ana.', people)).toEqual([
    { text: 'hi ', did: null },
    { text: '@Ana', did: ANA.did },
    { text: '.', did: null },
  ])
})

test('a link says of which kind its content is, and a sealed one what its sender calls it', () => {
  const magnet = { infoHashes: { v1: new Uint8Array(20).fill(1) } }
  const read = (name: string, seal?: Seal) =>
    readLink(formatShareLink('', { magnet: { ...magnet, name }, ...(seal && { seal }) }))
  expect(
    ['a.png', 'b.MP4', 'c.flac', 'd.txt', 'e.zip', 'Trip', 'v1.2 of it'].map(name => read(name).kind),
  ).toEqual([...['picture', 'video', 'audio', 'text', 'other', null, null]])
  const key: Seal = { by: 'key', key: new Uint8Array(32).fill(2) }
  expect(read('gulls.png', key)).toMatchObject({ name: 'gulls.png', isSealed: true, isReadable: true })
  expect(read('sealed.age', key)).toMatchObject({ name: null, kind: null })
  expect(read('gulls.png', { by: 'passphrase' })).toMatchObject({ isSealed: true, isReadable: false })
})

test('Shoal links are found in texts, and say what they are', () => {
  const magnet = `magnet:?xt=urn:btih:${'c9'.repeat(20)}&dn=Harbour%20map&xl=48000000`
  expect(shoalLinksIn(`See ${magnet}\nand ${magnet} magnet:?dn=nothing`)).toEqual([
    {
      ...{ link: magnet, name: 'Harbour map', kind: null, lengthBytes: 48_000_000 },
      ...{ ids: ['c9'.repeat(20)], isSealed: false, isReadable: true, isWhole: true },
    },
  ])
  const cut = `https://node.example/share/#s1${'A'.repeat(40)}`
  expect(readLink(cut)).toMatchObject({
    ...{ link: cut, name: null, lengthBytes: null, isSealed: false, isWhole: false },
  })
  expect(withoutLinks(` ${magnet}\n`)).toBe('')
  expect(withoutLinks(`For you: ${magnet}`)).toBe('For you: “Harbour map”')
})

test('a line of a list has the words of a text, without its marks', () => {
  const text =
    '# Plan\n\n1. **one** [two](https://h/)\n\n> three\n\n|a|b|\n|-|-|\n|c|d|\n\n---\n\n```\nfour\n```'
  expect(plainText(text).split('\n').filter(Boolean)).toEqual([
    'Plan',
    'one two',
    'three',
    'a b',
    'c d',
    'four',
  ])
})
