/** Notes on torrents: a text for each, deleted with its torrent. */
import { Failure } from '@shoal/daemon/failure'
import { capability } from '@shoal/node/node/kernel/capability.ts'
import { FacetTable, TORRENTS } from '@shoal/node/node/torrents/service.ts'
import { NOTES as CONTRACT } from '../contract.ts'
import { NOTES_TABLES } from './tables.ts'

interface Note {
  readonly text: string
  readonly changedMs: number
}

const NONE = { text: '', changedMs: null }

export const NOTES = capability({
  contract: CONTRACT,
  migrations: NOTES_TABLES,
  needs: { torrents: TORRENTS },
  start({ clock, database, settings, events }, { torrents }) {
    const notes = new FacetTable<Note>({ database, torrents }, 'notes', {
      text: 'text',
      changedMs: 'changed_ms',
    })
    return {
      operations: {
        getNote: async ({ id }) => notes.read(torrents.registry.get(id)) ?? NONE,
        async putNote({ id, text }) {
          const torrent = torrents.registry.get(id)
          const { maxCharacters } = settings.current.notes
          if (text.length > maxCharacters)
            throw new Failure('note-too-long', `a note has at most ${maxCharacters} characters`, {
              field: 'text',
            })
          const note = text === '' ? null : { text, changedMs: clock.unixMs() }
          notes.write(torrent, note)
          events.publish(`torrent:${torrent.id}`, { type: 'note', id: torrent.id })
          return note ?? NONE
        },
      },
      close: async () => {},
    }
  },
})
