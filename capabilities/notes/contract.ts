import { contract, operation, setting } from '@shoal/api/contract'
import { TimeMs, TorrentId } from '@shoal/api/schemas/common'
import { OWN_TEXTS } from '@shoal/api/schemas/names'
import { z } from 'zod'

/** More than a user would type, so that notes stay small. */
const MAX_CHARACTERS = 100_000

const Text = z.string().max(MAX_CHARACTERS).register(OWN_TEXTS, { isOwn: true })

const Note = z.object({
  /** Empty: there is no note. */
  text: Text,
  /** When it was written; null without a note. */
  changedMs: TimeMs.nullable(),
})

/** The user's notes on torrents. */
export const NOTES = contract({
  name: 'notes',
  operations: {
    getNote: operation({
      method: 'GET',
      path: '/api/torrents/{id}/note',
      effect: 'read',
      area: 'torrents',
      summary: 'Return your note on a torrent',
      input: z.object({ id: TorrentId }),
      output: Note,
    }),
    putNote: operation({
      method: 'PUT',
      path: '/api/torrents/{id}/note',
      effect: 'write',
      area: 'torrents',
      summary: 'Write your note on a torrent; an empty text removes it',
      input: z.object({ id: TorrentId, text: Text }),
      output: Note,
      errors: { 'note-too-long': { status: 400, field: 'text' } },
    }),
  },
  settings: {
    notes: {
      maxCharacters: setting(z.number().int().min(1).max(MAX_CHARACTERS), 10_000, {
        title: 'Longest note',
        description: 'Most characters of a note on a torrent. Longer notes that are there already stay.',
      }),
    },
  },
  events: {
    topics: { 'torrent:ID': [z.object({ type: z.literal('note'), id: TorrentId })] },
    invalidates: { note: ['getNote'] },
  },
  commands: ['note'],
})
