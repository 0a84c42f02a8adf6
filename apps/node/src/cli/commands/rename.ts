import { SHOAL } from '../../base/program.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { TORRENT, torrentId } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'

export const rename = defineCommand({
  about: texts.rename.about({ files: `${SHOAL} files ID --rename` }),
  positionals: [TORRENT, { name: 'NAME', help: texts.rename.name }],
  options: NODE_OPTIONS,
  examples: [['rename 4612ed0d "Holiday 2026"', texts.rename.example]],
  async run([word, name], options, { output, interrupt }) {
    const { api } = await openNode(options, interrupt.signal)
    const id = await torrentId(api, word!)
    const torrent = await asUsage(api.updateTorrent({ id, name: name! }))
    if (output.json) return output.object({ id, name: torrent.name })
    output.line(torrent.name)
  },
})
