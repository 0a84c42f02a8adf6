import type { ChatConversation, ChatPerson } from '@shoal/api'
import { SimulatedNode } from '@shoal/api/testing/node'
import { expect, test } from 'vitest'
import {
  findConversation,
  findMessage,
  findPersons,
  mentionsIn,
  nameOf,
  pickPerson,
  titleOf,
  verifiedNameOf,
} from './names.ts'

const { api } = new SimulatedNode({ torrents: 0 })
const conversation = (word: string) => findConversation(api, word)

test.each([
  ['its name', 'Harbour walkers'],
  ['its name in any case', 'harbour WALKERS'],
  ['the beginning of it', 'harbour w'],
])('a conversation is named by %s', async (_what, word) => {
  expect(await conversation(word)).toMatchObject({ name: 'Harbour walkers' })
})

test('a conversation is named by its ID and the beginning of it', async () => {
  const { id } = await conversation('Film night')
  expect(await conversation(id)).toMatchObject({ name: 'Film night' })
  expect(await conversation(id.slice(0, 8).toUpperCase())).toMatchObject({ name: 'Film night' })
})

test('ambiguous and unknown names are refused', async () => {
  await expect(conversation('harbour')).rejects.toMatchObject({
    code: 'ambiguous',
    message: expect.stringMatching(
      /^"harbour" matches 2: [0-9a-f]{8} Harbour walkers, [0-9a-f]{8} Harbour map$/,
    ),
  })
  await expect(conversation('walkers')).rejects.toMatchObject({ code: 'not-found' })
  await expect(conversation(' ')).rejects.toThrow('an argument is empty')
})

const person = (name: string | null, more: Partial<ChatPerson> = {}): ChatPerson => ({
  ...{ did: 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw', name },
  ...{ isSelf: false, isContact: true, isBlocked: false, isVerified: false },
  ...more,
})

test('names of strangers come with the beginning of the did:key', () => {
  expect(nameOf(person('Ada'))).toBe('Ada')
  expect(nameOf(person('Ada', { isContact: false }))).toBe('Ada (z6MktwupdmLX)')
  expect(nameOf(person(null))).toBe('z6MktwupdmLX')
  expect(nameOf(person('Ada', { isSelf: true }))).toBe('You')
})

test('a check mark says that keys were compared, and no name can imitate it', () => {
  expect(verifiedNameOf(person('Ada'))).toBe('Ada')
  expect(verifiedNameOf(person('Ada', { isVerified: true }))).toBe('Ada \u2713')
  for (const mark of ['\u2713', '\u2714\ufe0f', '\u2705', '\u2611'])
    expect(verifiedNameOf(person(`Ada ${mark}`))).toBe('Ada')
  expect(verifiedNameOf(person('\u2713'))).toBe('z6MktwupdmLX')
})

test('a conversation without a name has the one of the other person, or its ID', () => {
  const members = [person('Me', { isSelf: true }), person(null)]
  const unnamed = { name: '', id: 'ab'.repeat(32), members } as unknown as ChatConversation
  expect(titleOf({ ...unnamed, kind: 'private' } as ChatConversation)).toBe('z6MktwupdmLX')
  expect(titleOf({ ...unnamed, kind: 'share' } as ChatConversation)).toBe('Conversation abababab')
})

test('persons are named by did:key, by names of contacts and members, and by beginnings', async () => {
  const did = 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'
  expect(await findPersons(api, [did, 'ada', 'z6Mktwup', 'did:key:z6Mktwup'])).toEqual([did, did, did, did])
  expect(await findPersons(api, ['Cle'])).toEqual([
    'did:key:z6MkpCLeoT4vWq9fHn2JxUyR8dSmKe3ZbGaL7tXhNs5oQrPc',
  ])
  await expect(findPersons(api, ['z6Mk'])).rejects.toMatchObject({ code: 'ambiguous' })
  await expect(findPersons(api, ['Zoe'])).rejects.toMatchObject({ code: 'not-found' })
})

test('a name that two persons have is ambiguous', () => {
  const named = (did: string) => ({ did, names: new Set(['Ada']) })
  expect(() => pickPerson('Ada', [named('did:key:z6Mka'), named('did:key:z6Mkb')])).toThrow(
    expect.objectContaining({ code: 'ambiguous' }),
  )
})

test('a text mentions members by whole names', () => {
  const members = [
    person('Ada'),
    person('Ben King', { did: 'did:key:z6MkBen' }),
    person('I', { isSelf: true }),
  ]
  const names = (text: string) =>
    mentionsIn(text, members).map(did => members.find(each => each.did === did)?.name)
  expect(names('@Ada, and you @ben king?')).toEqual(['Ada', 'Ben King'])
  expect(names('@Adamant x@Ada @Ben @I')).toEqual([])
  expect(names('@Adamant and @ada')).toEqual(['Ada'])
  expect(names('see @did:key:z6MkBen')).toEqual(['Ben King'])
})

test('a message is named by the beginning of its ID, also far back, and by last', async () => {
  const { id } = await conversation('Harbour walkers')
  const { items } = await api.listMessages({ conversation: id, limit: 500 })
  const [oldest] = items
  expect(await findMessage(api, id, oldest!.id.slice(0, 8))).toEqual(oldest)
  expect(await findMessage(api, id, 'last')).toEqual(items.at(-1))
  expect((await findMessage(api, id, 'last', { own: true })).sender.isSelf).toBe(true)
  await expect(findMessage(api, id, '00000000')).rejects.toMatchObject({ code: 'not-found' })
  await expect(findMessage(api, id, 'first')).rejects.toThrow('nor the word last')
})
