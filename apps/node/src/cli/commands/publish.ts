import type { Publication } from '@shoal/api'
import { flag, UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { namedTorrents } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { CommandFailure, nodeMessage } from '../failure.ts'
import { formatTime } from '../format.ts'
import { refuseOptionsOfOthers } from '../subcommand.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'

/** Options of each action. */
const OPTIONS_OF = { publish: ['keyFile', 'passphraseFile'], remove: ['remove'] }

export const publish = defineCommand({
  about: texts.publish.about({ shoal: SHOAL }),
  positionals: [
    { name: 'NAME', help: texts.publish.name, optional: true },
    { name: 'ID', help: texts.argument.torrent, optional: true },
  ],
  options: {
    keyFile: value('FILE', { help: texts.key.options.keyFile }),
    passphraseFile: value('FILE', { help: texts.key.options.passphraseFile }),
    remove: flag(texts.publish.options.remove),
    ...NODE_OPTIONS,
  },
  examples: [
    ['publish films film-2', texts.publish.examples.publish],
    ['publish', texts.publish.examples.list],
    ['publish films --remove', texts.publish.examples.remove],
  ],
  async run([name, torrent], { keyFile, passphraseFile, remove, ...options }, { output, interrupt }) {
    if (remove && name === undefined) throw new UsageError(texts.publish.nameMissing)
    const action = name === undefined ? 'list' : remove ? 'remove' : 'publish'
    refuseOptionsOfOthers(OPTIONS_OF, action, { keyFile, passphraseFile, remove })
    if (remove && torrent !== undefined) throw new UsageError(texts.run.unexpected({ word: torrent }))
    const { api } = await openNode(options, interrupt.signal)
    const { items } = await api.listPublications({})
    if (name === undefined) {
      if (output.json) output.object({ items })
      else printTable(output, items, COLUMNS, texts.publish.none({ shoal: SHOAL }))
      return
    }
    if (remove) {
      const found = items.find(item => item.name === name)
      if (!found) throw new CommandFailure('not-found', texts.publish.unknown({ name }))
      await api.unpublish({ id: found.id })
      if (output.json) output.object({ removed: [found.id] })
      else output.line(texts.publish.removed({ name }))
      return
    }
    if (torrent === undefined) throw new UsageError(texts.publish.torrentMissing)
    const named = await namedTorrents(api, [torrent])
    if (named.length !== 1) throw new UsageError(texts.publish.oneOnly)
    const keys = await import('../alone/keys.ts')
    const secret = { file: passphraseFile, option: '--passphrase-file', signal: interrupt.signal }
    const owner = await keys.openKey(keyFile ?? keys.defaultKeyFile(), secret)
    const { nextVersion, publishedLink, shortHash, signVersion } = await import('@shoal/links')
    const link = publishedLink(owner, name)
    const latest = await api.findPublished({ link })
    const infoHash = shortHash(named[0]!)
    const version = nextVersion(latest, infoHash)
    const signature = signVersion(owner, name, infoHash, version)
    const publication = await asUsage(
      api.publish({ name, link, infoHash, version: String(version), signature }),
    )
    if (output.json) return output.object(publication)
    output.line(publication.link)
    if (publication.error !== null)
      output.error(`shoal: ${texts.publish.later({ reason: nodeMessage(publication.error) })}`)
  },
})

const COLUMNS: Column<Publication>[] = [
  { title: texts.publish.columns.name, text: ({ name }) => name, least: 8 },
  { title: texts.publish.columns.version, text: ({ version }) => version, align: 'right' },
  { title: texts.publish.columns.torrent, text: ({ infoHash }) => infoHash, least: 8, rank: 3 },
  {
    title: texts.publish.columns.published,
    text: ({ publishedMs, nodes, error }) =>
      error !== null
        ? texts.publish.failed({ reason: nodeMessage(error) })
        : publishedMs === null
          ? texts.publish.notYet
          : texts.publish.published({ time: formatTime(publishedMs), count: nodes }),
    least: 10,
    rank: 2,
  },
  { title: texts.publish.columns.link, text: ({ link }) => link, least: 15, rank: 1 },
]
