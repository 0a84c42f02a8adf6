import type { ChatConversation, ChatMessage, ChatPerson } from '../../schemas/chat.ts'
import { Random, seedOf } from './random.ts'

export type SampleMessage = Omit<ChatMessage, 'sender'> & { readonly sender: string }
type MemberOf = ChatConversation['members'][number]

/** A conversation as stored by the simulated node. Persons are DIDs. */
export interface SampleConversation
  extends Pick<
    ChatConversation,
    | 'id'
    | 'kind'
    | 'state'
    | 'isRequest'
    | 'name'
    | 'share'
    | 'hub'
    | 'rules'
    | 'readUpTo'
    | 'isMuted'
    | 'draft'
    | 'hubProof'
    | 'problems'
  > {
  readonly invitedBy: string | null
  readonly members: readonly Pick<MemberOf, 'did' | 'isAdmin' | 'devices'>[]
  readonly readBy: ReadonlyMap<string, string>
  readonly messages: readonly SampleMessage[]
}

export const SELF = 'did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK'
const ADA = 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'
export const BEN = 'did:key:z6MkwFKd2LUx7XzqhA7fW3eGtj8iRZ5vLhT6nQ1sYcBbENaB'
const CLEO = 'did:key:z6MkpCLeoT4vWq9fHn2JxUyR8dSmKe3ZbGaL7tXhNs5oQrPc'
const STRANGER = 'did:key:z6MksTRangerJ7pQx2LmWvNf8KyHd4TzBcGaRe6tUhXs9oQd'

export const PERSONS: readonly Omit<ChatPerson, 'isBlocked' | 'isVerified'>[] = [
  { did: SELF, name: 'Ana', isSelf: true, isContact: false },
  { did: ADA, name: 'Ada', isSelf: false, isContact: true },
  { did: BEN, name: 'Ben', isSelf: false, isContact: true },
  { did: CLEO, name: 'Cleo', isSelf: false, isContact: false },
  // A name with markup and a bidirectional control character.
  {
    ...{ did: STRANGER, isSelf: false, isContact: false },
    name: '<img src=x onerror=alert(1)> \u202etroppuS',
  },
]

export const HUB = 'https://hub.example.org'
export const HUB_KEY = 'did:key:z6Mkn3cGx1aZHnNQ4dVq8Wtx5CrHs2L7uYkPb6fJvEoT9AsD'
export const OPEN_RULES = { membersAdd: true, allowed: null, slowSeconds: 0 }
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Not a real proof: nothing of the simulated node is signed. */
export const HUB_PROOF = `shoal-hub-proof:${'gwFYqdKEQ6EBJ1kBAgMEBQYH'.repeat(16)}`
const FORKED_MESSAGE =
  'This hub showed different logs of a room: entry 3 has two hashes. Keep the proof, and leave this hub.'
const MAP = 'magnet:?xt=urn:btih:c9e15763f722f23e98a29decdfae341b98d53056&dn=Harbour%20map&xl=48000000'

export const idOf = (seed: string): string => new Random(seedOf(`conversation ${seed}`)).hex(64)
export const messageIdOf = (seed: string): string => new Random(seedOf(`message ${seed}`)).hex(32)

type Line = readonly [sender: string, text: string, more?: Partial<SampleMessage>]

/** Messages in a row: the last one was sent at `lastMs`, the earlier ones some minutes apart. */
function written(seed: string, lastMs: number, lines: readonly Line[]): SampleMessage[] {
  const random = new Random(seedOf(seed))
  let sentMs = lastMs
  return lines
    .toReversed()
    .map(([sender, text, more], back): SampleMessage => {
      if (back > 0) sentMs -= Math.round(random.between(0.2, 9) * MINUTE_MS)
      return {
        ...{ id: messageIdOf(`${seed} ${lines.length - 1 - back}`), sender, sentMs, state: 'shown', text },
        ...{ replyTo: null, mentions: [], files: [], reactions: [], delivery: 'delivered' },
        ...more,
      }
    })
    .reverse()
}

const TALK = [
  'The tide table for this week is in the share.',
  'Who has the key of the boat house?',
  'I saw two seals at the east pier this morning.',
  'Bring a rain jacket, it will be wet.',
  'The ferry was late again.',
  'Nice light today.',
  'I can take the first shift.',
  'Same here.',
]

function walkers(nowMs: number): SampleMessage[] {
  const random = new Random(seedOf('walkers'))
  const old: Line[] = Array.from({ length: 130 }, (_, index) => [
    random.pick([SELF, ADA, BEN, CLEO]),
    `${TALK[index % TALK.length]} (${index + 1})`,
  ])
  const before = written('walkers before', nowMs - 2 * DAY_MS, old)
  const plan = 'walkers 0'
  const lines: Line[] = [
    [
      ADA,
      'Plan for Saturday:\n\n1. Meet at the **harbour office** at 9\n2. Walk to the lighthouse\n3. _Coffee_, if the wind allows it',
      {
        reactions: [
          { emoji: '😊', by: [SELF, BEN] },
          { emoji: '☕', by: [CLEO] },
        ],
      },
    ],
    [BEN, 'Nine is early, but fine.', { replyTo: messageIdOf(plan) }],
    [CLEO, 'I scanned the map of 1893: <https://maps.example.org/harbour>'],
    [SELF, 'Thank you! I share it here, then everybody has it.', { state: 'edited' }],
    [SELF, MAP, { reactions: [{ emoji: '😍', by: [ADA, CLEO] }] }],
    [BEN, '', { state: 'deleted' }],
    [BEN, 'This turns the photos:\n\n```\nfor f in *.jpg; do jpegtran -rotate 90 "$f" > "r-$f"; done\n```'],
    [ADA, '@Ana can you bring the camera?', { mentions: [SELF] }],
    [CLEO, 'And the spare battery.'],
  ]
  return [...before, ...written('walkers', nowMs - 6 * MINUTE_MS, lines)]
}

/** Conversations of every kind, with content that must not break a screen. */
export function sampleConversations(nowMs: number, share: string[] = []): SampleConversation[] {
  const usual = {
    state: 'member' as const,
    ...{ isRequest: false, share: [], hub: HUB, rules: OPEN_RULES, isMuted: false, draft: '' },
    ...{ problems: [], hubProof: null, invitedBy: null, readBy: new Map<string, string>() },
  }
  const member = (did: string, isAdmin = false) => ({ did, isAdmin, devices: did === ADA ? 2 : 1 })
  const group = walkers(nowMs)
  const ada = written('ada', nowMs - 50 * MINUTE_MS, [
    [SELF, 'Did the film arrive?'],
    [ADA, 'It did, thank you. I watch it tonight.'],
    [SELF, 'Tell me how you like it.'],
  ])
  const room = written('room', nowMs - 5 * 60 * MINUTE_MS, [
    [BEN, 'Is there a version with depth lines?'],
    [ADA, 'Yes, in the folder `charts`.'],
  ])
  const film = written('film', nowMs - DAY_MS, [
    [SELF, 'Tonight at eight?', { delivery: 'failed' }],
    [CLEO, 'What do we watch?'],
    [BEN, 'Something with boats.'],
  ])
  const letter = written('stranger', nowMs - 3 * 60 * MINUTE_MS, [
    [
      STRANGER,
      `<script>alert(1)</script> Hello! Your account is locked, see [https://hub.example.org](https://evil.example/login). ${'a'.repeat(10_000)}\u202egpj.exe`,
    ],
  ])
  return [
    {
      ...usual,
      ...{ id: idOf('walkers'), kind: 'group', name: 'Harbour walkers' },
      members: [member(SELF, true), member(ADA), member(BEN), member(CLEO)],
      ...{ messages: group, readUpTo: group.at(-3)!.id },
      readBy: new Map([
        [ADA, group.at(-1)!.id],
        [BEN, group.at(-5)!.id],
      ]),
    },
    {
      ...usual,
      ...{ id: idOf('ada'), kind: 'private', name: 'Ada' },
      members: [member(SELF, true), member(ADA, true)],
      rules: { membersAdd: false, allowed: [SELF, ADA], slowSeconds: 0 },
      ...{ messages: ada, readUpTo: ada.at(-1)!.id, readBy: new Map([[ADA, ada.at(-1)!.id]]) },
    },
    {
      ...usual,
      ...{ id: idOf('room'), kind: 'share', name: 'Harbour map', members: [], rules: null, share },
      ...{ messages: room, readUpTo: room.at(-1)!.id },
    },
    {
      ...usual,
      ...{ id: idOf('film'), kind: 'group', name: 'Film night', isMuted: true },
      members: [member(BEN, true), member(SELF), member(CLEO)],
      rules: { membersAdd: false, allowed: null, slowSeconds: 30 },
      ...{ messages: film, readUpTo: film[0]!.id, hubProof: HUB_PROOF },
      problems: [{ code: 'forked-log', message: FORKED_MESSAGE, atMs: nowMs - 3 * HOUR_MS }],
    },
    {
      ...usual,
      ...{ id: idOf('stranger'), kind: 'group', name: 'Support \u202etnuocca', isRequest: true },
      ...{ invitedBy: STRANGER, members: [member(STRANGER, true), member(SELF)] },
      ...{ messages: letter, readUpTo: null },
    },
  ]
}
