import { resolve } from 'node:path'
import type { Followed } from '@shoal/api'
import { flag, integer, UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { asUsage, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { CommandFailure, nodeMessage } from '../failure.ts'
import { formatTime } from '../format.ts'
import { refuseOptionsOfOthers } from '../subcommand.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'

/** Options of each action. */
const OPTIONS_OF = {
  follow: ['name', 'latest', 'every', 'out', 'label'],
  check: ['check'],
  remove: ['remove'],
}

export const follow = defineCommand({
  about: texts.follow.about,
  positionals: [{ name: 'LINK', help: texts.follow.link, optional: true }],
  options: {
    name: value('NAME', { help: texts.follow.options.name }),
    latest: flag(texts.follow.options.latest),
    every: value('MINUTES', { help: texts.follow.options.every, parse: integer(10, 10_080) }),
    out: value('DIR', { short: 'o', help: texts.follow.options.out }),
    label: value('LABEL', { help: texts.follow.options.label }),
    check: flag(texts.follow.options.check),
    remove: flag(texts.follow.options.remove),
    ...NODE_OPTIONS,
  },
  examples: [
    ["follow 'magnet:?xs=urn:btpk:8543d3e6…' --name films", texts.follow.examples.follow],
    ['follow films --check', texts.follow.examples.check],
    ['follow films --remove', texts.follow.examples.remove],
  ],
  async run([word], { name, latest, every, out, label, check, remove, ...options }, { output, interrupt }) {
    if (word === undefined && (check || remove)) throw new UsageError(texts.follow.nameMissing)
    const action = word === undefined ? 'list' : check ? 'check' : remove ? 'remove' : 'follow'
    refuseOptionsOfOthers(OPTIONS_OF, action, { name, latest, every, out, label, check, remove })
    const { api } = await openNode(options, interrupt.signal)
    /** Shows a link after its lookup. If that failed, the command fails, but the link is kept. */
    const told = (followed: Followed) => {
      if (output.json) output.object(followed)
      else printTable(output, [followed], COLUMNS, '')
      if (followed.error === null) return 0
      const { error, name } = followed
      const reason = nodeMessage(error)
      if (!output.json) output.error(`shoal: ${texts.follow.failedNow({ reason, shoal: SHOAL, name })}`)
      return EXIT.failed
    }
    if (word !== undefined && !check && !remove) {
      const given = {
        name,
        everyMinutes: every,
        label,
        directory: out === undefined ? undefined : resolve(out),
      }
      const known = Object.fromEntries(Object.entries(given).filter(([, each]) => each !== undefined))
      return told(
        await asUsage(api.follow({ link: word, ...known, ...(latest && { keep: 'latest' as const }) })),
      )
    }
    const { items } = await api.listFollowed({})
    if (word === undefined) {
      if (output.json) output.object({ items })
      else printTable(output, items, COLUMNS, texts.follow.none({ shoal: SHOAL }))
      return 0
    }
    const found = items.find(item => [item.id, item.name, item.link].includes(word))
    if (!found) throw new CommandFailure('not-found', texts.follow.unknown({ name: word }))
    if (check) return told(await api.checkFollowed({ id: found.id }))
    await api.unfollow({ id: found.id })
    if (output.json) output.object({ removed: [found.id] })
    else output.line(texts.follow.removed({ name: found.name }))
    return 0
  },
})

const COLUMNS: Column<Followed>[] = [
  { title: texts.follow.columns.id, text: ({ id }) => id },
  { title: texts.follow.columns.name, text: ({ name }) => name, least: 8 },
  { title: texts.follow.columns.version, text: ({ version }) => version ?? '', align: 'right' },
  { title: texts.follow.columns.torrent, text: ({ torrent }) => torrent ?? '', least: 8, rank: 2 },
  {
    title: texts.follow.columns.checked,
    text: ({ checkedMs, error }) =>
      error !== null
        ? texts.publish.failed({ reason: nodeMessage(error) })
        : checkedMs === null
          ? texts.publish.notYet
          : formatTime(checkedMs),
    least: 10,
    rank: 1,
  },
  { title: texts.follow.columns.link, text: ({ link }) => link, least: 15, rank: 3 },
]
