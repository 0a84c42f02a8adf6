import { asUsage, openNode } from '@shoal/node/cli/client/node-client.ts'
import { NODE_OPTIONS } from '@shoal/node/cli/client/node-options.ts'
import { TORRENT, torrentId } from '@shoal/node/cli/client/torrent-names.ts'
import { defineCommand } from '@shoal/node/cli/command.ts'
import { texts } from '@shoal/node/cli/texts.ts'

export const note = defineCommand({
  group: 'torrents',
  about: texts.note.about,
  positionals: [TORRENT, { name: 'TEXT', help: texts.note.text, optional: true }],
  options: NODE_OPTIONS,
  examples: [
    ['note 4612ed0d', texts.note.examples.read],
    ['note 4612ed0d "For Anna, by Friday"', texts.note.examples.write],
    ['note 4612ed0d ""', texts.note.examples.remove],
  ],
  async run([word, text], options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const id = await torrentId(api, word!)
    const found = text === undefined ? await api.getNote({ id }) : await asUsage(api.putNote({ id, text }))
    if (output.json) return output.object({ id, ...found })
    output.line(found.text === '' ? texts.note.none : found.text)
  },
})
