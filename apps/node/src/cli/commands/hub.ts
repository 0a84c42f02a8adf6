import type { HubListing, HubSession, InputOf, JoinedHub } from '@shoal/api'
import { LISTING_CATEGORIES } from '@shoal/api/choices'
import { integer, list, UsageError, value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { addSources } from '../client/add.ts'
import { asUsage, type NodeClient, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { torrentId } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { CommandFailure } from '../failure.ts'
import { formatBytes, formatTime } from '../format.ts'
import type { Output } from '../output.ts'
import { refuseOptionsOfOthers, subcommand, takeWords } from '../subcommand.ts'
import { printTable } from '../terminal/print.ts'
import type { Column } from '../terminal/table.ts'
import { texts } from '../texts.ts'
import { parseIndexes } from '../values/ranges.ts'

const say = texts.hub

/** The options of each action; omitted actions have none. */
const OPTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  join: ['invite', 'name'],
  search: ['category', 'tag', 'download', 'limit'],
  publish: ['title', 'category', 'tag', 'description'],
  sessions: ['end'],
  invite: ['uses', 'days', 'note'],
}

export const hub = defineCommand({
  about: say.about({ shoal: SHOAL }),
  positionals: [
    {
      name: 'ACTION',
      help: say.action,
      optional: true,
      choices: ['list', 'join', 'leave', 'search', 'publish', 'sessions', 'invite'],
    },
    { name: 'HUB', help: say.hub, optional: true },
    { name: 'WORDS', help: say.words, optional: true, many: true },
  ],
  options: {
    invite: value('CODE', { help: say.options.invite }),
    name: value('NAME', { help: say.options.name }),
    title: value('TITLE', { help: say.options.title }),
    category: value('CATEGORY', {
      help: say.options.category({ categories: LISTING_CATEGORIES.join(', ') }),
      choices: LISTING_CATEGORIES,
    }),
    tag: list('TAG', { help: say.options.tag }),
    description: value('TEXT', { help: say.options.description }),
    download: value('NUMBERS', { help: say.options.download, parse: parseIndexes }),
    limit: value('N', { help: say.options.limit, parse: integer(1, 200) }),
    end: value('ID', { help: say.options.end }),
    uses: value('N', { help: say.options.uses, parse: integer(1, 10_000) }),
    days: value('N', { help: say.options.days, parse: integer(1, 365) }),
    note: value('TEXT', { help: say.options.note }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['hub join "https://hub.example.org/join#invitation=CODE" --name Ada', say.examples.join],
    ['hub join https://hub.example.org --invite CODE', say.examples.code],
    ['hub list --json', say.examples.list],
    ['hub search hub.example.org harbour map --download 1', say.examples.search],
    ['hub publish hub.example.org film --category films --tag documentary', say.examples.publish],
    ['hub sessions hub.example.org', say.examples.sessions],
    ['hub invite --uses 3', say.examples.invite],
  ],
  async run(words, options, { output, interrupt }) {
    const { signal } = interrupt
    const [action = 'list', ...rest] = words
    refuseOptionsOfOthers(OPTIONS_OF, action, options)
    const node = await openNode(options, signal)
    const { api } = node
    const call = { signal }
    return subcommand<Promise<number | undefined>>([action, ...rest], {
      async list(words) {
        takeWords(words)
        const { items } = await api.listHubs({}, call)
        if (output.json) output.object({ items })
        else printTable(output, items, HUBS, say.none({ shoal: SHOAL }))
        return
      },
      async join(words) {
        const [url] = takeWords(words, 'HUB')
        const { invite, name } = options
        const given = {
          url: url!,
          ...(invite !== undefined && { invitation: invite }),
          ...(name !== undefined && { name }),
        }
        const joined = await asUsage(api.joinHub(given, call))
        if (output.json) output.object(joined)
        else {
          output.line(say.joined({ name: joined.name, url: joined.url }))
          for (const note of notesOn(joined)) output.line(note)
        }
        return
      },
      async leave(words) {
        const [name] = takeWords(words, 'HUB')
        const { items } = await api.leaveHub({ hub: name! }, call)
        if (output.json) output.object({ items })
        else output.line(say.left({ url: name! }))
        return
      },
      async search(words) {
        const [name, ...query] = takeWords(words, 'HUB', ...(words.length > 1 ? ['WORDS …'] : []))
        return search(node, await hubOf(node, name!, signal), query.join(' '), options, output, signal)
      },
      async publish(words) {
        const [name, what] = takeWords(words, 'HUB', 'TORRENT')
        const at = await hubOf(node, name!, signal)
        const isLink = /^(?:magnet:|https?:)/i.test(what!)
        const { title, category, tag, description } = options
        const published = await asUsage(
          api.publishAtHub(
            {
              hub: at,
              ...(isLink ? { link: what! } : { torrent: await torrentId(api, what!) }),
              ...(title !== undefined && { title }),
              ...(category && { category }),
              ...(tag.length > 0 && { tags: [...tag] }),
              ...(description !== undefined && { description }),
            },
            call,
          ),
        )
        if (output.json) output.object(published)
        else output.line(say.published({ title: published.title, url: published.url }))
        return
      },
      async sessions(words) {
        const [name] = takeWords(orOnlyHub(words), 'HUB')
        const at = await hubOf(node, name!, signal)
        const { items } = await (options.end === undefined
          ? api.listHubSessions({ hub: at }, call)
          : api.endHubSession({ hub: at, session: options.end }, call))
        if (output.json) output.object({ items })
        else printTable(output, items, SESSIONS, say.noSessions)
        return
      },
      async invite(words) {
        const [name] = takeWords(orOnlyHub(words), 'HUB')
        const { uses, days, note } = options
        const invitation = await asUsage(
          api.inviteToHub(
            {
              hub: await hubOf(node, name!, signal),
              ...(uses !== undefined && { uses }),
              ...(days !== undefined && { days }),
              ...(note !== undefined && { note }),
            },
            call,
          ),
        )
        if (output.json) output.object(invitation)
        else {
          output.line(invitation.link)
          output.line(say.invitation({ time: formatTime(invitation.expiresMs) }))
        }
        return
      },
    })
  },
})

/** Without a word, actions that need no others take the only hub. */
function orOnlyHub(words: readonly string[]): readonly string[] {
  return words.length === 0 ? ['-'] : words
}

/** `-` means the only hub. */
async function hubOf({ api }: NodeClient, word: string, signal: AbortSignal): Promise<string> {
  if (word !== '-') return word
  const { items } = await api.listHubs({}, { signal })
  if (items.length !== 1) throw new UsageError(say.onlyHub({ shoal: SHOAL }))
  return items[0]!.url
}

interface SearchOptions {
  readonly category: InputOf<'searchHub'>['category']
  readonly tag: readonly string[]
  readonly download: readonly number[] | undefined
  readonly limit: number | undefined
}

async function search(
  node: NodeClient,
  hub: string,
  text: string,
  { category, tag, download, limit = 20 }: SearchOptions,
  output: Output,
  signal: AbortSignal,
): Promise<number | undefined> {
  if (tag.length > 1) throw new UsageError(say.oneTag)
  const query = {
    hub,
    text,
    limit,
    ...(category && { category }),
    ...(tag[0] !== undefined && { tag: tag[0] }),
  }
  const { items } = await asUsage(node.api.searchHub(query, { signal }))
  if (output.json) output.object({ items })
  else
    printTable(
      output,
      items.map((item, index) => ({ ...item, number: index + 1 })),
      LISTINGS,
      say.noListings,
    )
  if (!download) return
  const links = download.map(number => {
    const item = items[number - 1]
    if (!item) throw new CommandFailure('not-found', say.noNumber({ number: String(number) }))
    return item.link
  })
  const { failed } = await addSources(node, links, {}, output, { asEvents: true, signal })
  return failed > 0 ? EXIT.failed : undefined
}

function notesOn({ problem, isExposed }: JoinedHub): string[] {
  return [...(problem ? [problem.message] : []), ...(isExposed ? [say.exposed] : [])]
}

const HUBS: Column<JoinedHub>[] = [
  { title: say.columns.name, text: ({ name }) => name },
  { title: say.columns.url, text: ({ url }) => url },
  { title: say.columns.account, text: ({ account, accountDid }) => account ?? accountDid, least: 8, rank: 3 },
  { title: say.columns.joined, text: ({ joinedMs }) => formatTime(joinedMs), rank: 2 },
  {
    title: say.columns.problem,
    text: hub => notesOn(hub).join(', ') || (hub.knowsDevices ? '' : say.devicesLate),
    rank: 1,
  },
]

const LISTINGS: Column<HubListing & { readonly number: number }>[] = [
  { title: say.columns.number, text: ({ number }) => String(number), align: 'right' },
  { title: say.columns.title, text: ({ title }) => title, least: 12 },
  { title: say.columns.size, text: ({ sizeBytes }) => formatBytes(sizeBytes), align: 'right', rank: 1 },
  { title: say.columns.seeders, text: ({ seeders }) => String(seeders), align: 'right', rank: 2 },
  { title: say.columns.author, text: ({ author }) => author, least: 8, rank: 3 },
  { title: say.columns.published, text: ({ createdMs }) => formatTime(createdMs), rank: 4 },
]

const SESSIONS: Column<HubSession>[] = [
  { title: say.columns.id, text: ({ id }) => id },
  {
    title: say.columns.device,
    text({ device, own }) {
      const name = device ?? say.unknownDevice
      return own ? say.thisNode({ name }) : name
    },
  },
  { title: say.columns.label, text: ({ label }) => label, rank: 3 },
  { title: say.columns.created, text: ({ createdMs }) => formatTime(createdMs), rank: 2 },
  { title: say.columns.seen, text: ({ seenMs }) => formatTime(seenMs), rank: 1 },
]
