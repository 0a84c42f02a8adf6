import type { FindableTorrent } from '@shoal/api'
import { flag, list, UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { TORRENT, torrentId } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { formatTime } from '../format.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'

const say = texts.findable

export const findable = defineCommand({
  about: say.about,
  positionals: [{ ...TORRENT, optional: true }],
  options: {
    title: value('TEXT', { help: say.options.title }),
    tag: list('TAG', { help: say.options.tag }),
    license: value('LICENSE', { help: say.options.license }),
    language: value('LANGUAGE', { help: say.options.language }),
    off: flag(say.options.off),
    keyFile: value('FILE', { help: say.options.keyFile }),
    passphraseFile: value('FILE', { help: texts.key.options.passphraseFile }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['findable film --license CC-BY-4.0 --language en', say.examples.one],
    ['findable', say.examples.list],
    ['findable film --off', say.examples.off],
  ],
  async run([word], options, { output, interrupt }) {
    const { title, tag, license, language, off, keyFile, passphraseFile } = options
    const { signal } = interrupt
    const description = {
      ...(title !== undefined && { title }),
      ...(tag.length > 0 && { tags: [...tag] }),
      ...(license !== undefined && { license }),
      ...(language !== undefined && { language }),
    }
    const isDescribed = Object.keys(description).length > 0
    if (word === undefined ? off || isDescribed : keyFile !== undefined || (off && isDescribed))
      throw new UsageError(say.oneOnly)
    if (passphraseFile !== undefined && keyFile === undefined) throw new UsageError(say.passphraseOfKey)
    const { api } = await openNode(options, signal)
    if (keyFile !== undefined) {
      const keys = await import('../alone/keys.ts')
      const secret = { file: passphraseFile, option: '--passphrase-file', signal }
      const publisher = await asUsage(
        api.setPublisher({ identity: await keys.secretHalf(keyFile, secret) }, { signal }),
      )
      if (output.json) return output.object(publisher)
      return output.line(say.signsAs({ did: publisher.did! }))
    }
    if (word === undefined) {
      const { publisher, items } = await api.listFindable({}, { signal })
      if (output.json) return output.object({ publisher, items })
      if (publisher.did !== null) output.line(say.signsAs({ did: publisher.did }))
      printTable(output, items, COLUMNS, say.none({ shoal: SHOAL }))
      const problem = publisher.problem ?? items.find(item => item.problem !== null)?.problem ?? null
      if (problem !== null) output.error(`shoal: ${problem}`)
      return
    }
    const id = await torrentId(api, word)
    if (off) {
      await api.hideTorrent({ id }, { signal })
      if (output.json) return output.object({ hidden: [id] })
      return output.line(say.hidden({ id }))
    }
    const torrent = await asUsage(api.makeFindable({ id, ...description }, { signal }))
    if (output.json) return output.object(torrent)
    const { name, problem } = torrent
    output.line(say.done({ name }))
    if (problem !== null) output.error(`shoal: ${say.later({ problem })}`)
  },
})

const COLUMNS: Column<FindableTorrent>[] = [
  { title: say.columns.title, text: ({ title }) => title, least: 12 },
  { title: say.columns.tags, text: ({ tags }) => tags.join(', '), least: 8, rank: 4 },
  { title: say.columns.license, text: ({ license }) => license ?? '', rank: 3 },
  { title: say.columns.nodes, text: ({ nodes }) => String(nodes), align: 'right', rank: 1 },
  {
    title: say.columns.announced,
    text: ({ announcedMs }) => (announcedMs === null ? say.never : formatTime(announcedMs)),
    rank: 2,
  },
  { title: say.columns.cid, text: ({ cid }) => cid, rank: 5 },
]
