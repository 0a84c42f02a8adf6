import type { Implemented } from '@shoal/api'
import { found, refusal } from '@shoal/api/testing/node/refusals'
import type { SimulatedState } from '@shoal/api/testing/node/state'
import type { NOTES } from './contract.ts'

const NONE = { text: '', changedMs: null }

/** Keeps notes in memory. */
export function notes(state: SimulatedState): Implemented<typeof NOTES> {
  const all = new Map<string, { text: string; changedMs: number }>()
  return {
    async getNote({ id }) {
      found(state.torrents, id, 'torrent')
      return all.get(id) ?? NONE
    },
    async putNote({ id, text }) {
      found(state.torrents, id, 'torrent')
      const { maxCharacters } = state.settings.notes
      if (text.length > maxCharacters)
        throw refusal('note-too-long', `a note has at most ${maxCharacters} characters`, 'text')
      if (text === '') all.delete(id)
      else all.set(id, { text, changedMs: state.clock.nowMs() })
      state.emit({ type: 'note', id })
      return all.get(id) ?? NONE
    },
  }
}
