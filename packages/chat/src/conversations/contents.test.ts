import { encodeCbor } from '@shoal/identity/signed-cbor'
import { expect, it } from 'vitest'
import { type Content, encodeContent, readContent } from './contents.ts'

const id = new Uint8Array(16).fill(1)
const CONTENTS: readonly Content[] = [
  { kind: 'text', text: 'Hello *you*', replyTo: id, mentions: ['did:key:z6Mk'], files: ['https://…'] },
  { kind: 'text', text: '', replyTo: null, mentions: [], files: ['https://…'] },
  { kind: 'text', text: 'x', replyTo: null, mentions: [], files: [], name: 'Ann' },
  { kind: 'reaction', to: id, emoji: '👍' },
  { kind: 'reaction', to: id, emoji: null },
  { kind: 'edit', of: id, text: 'Hello', mentions: [] },
  { kind: 'deletion', of: id },
]

it('are read as they were written', () => {
  for (const content of CONTENTS) expect(readContent(content.kind, encodeContent(content))).toEqual(content)
})

it('may have further members, which a newer program wrote, and kinds that are not known here', () => {
  expect(readContent('deletion', encodeCbor([id, 'because']))).toEqual({ kind: 'deletion', of: id })
  expect(readContent('poll', encodeCbor([1]))).toBeNull()
})

it('are refused outside their limits', () => {
  const text = { kind: 'text', text: 'x', replyTo: null, mentions: [], files: [] } as const
  for (const wrong of [
    { ...text, text: '' },
    { ...text, text: 'x'.repeat(32 * 1024 + 1) },
    { ...text, name: '' },
    { ...text, name: 'x'.repeat(257) },
    { ...text, replyTo: id.subarray(1) },
    { ...text, mentions: Array.from({ length: 65 }, () => 'x') },
    { kind: 'reaction', to: id, emoji: '' } as const,
  ])
    expect(() => encodeContent(wrong)).toThrow(expect.objectContaining({ code: 'bad-argument' }))
  for (const bytes of [new Uint8Array(), encodeCbor('x'), encodeCbor([]), encodeCbor([id, 1, [], []])])
    expect(() => readContent('text', bytes)).toThrow(expect.objectContaining({ code: 'bad-message' }))
})
