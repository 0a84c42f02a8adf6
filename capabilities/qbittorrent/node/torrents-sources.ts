/** Changes trackers, web seeds and peers of a torrent. */

import { decodePercent } from '@shoal/node/base/files/file-name.ts'
import { checkEntries } from '@shoal/node/node/kernel/name-field.ts'
import { groupByTier } from '@shoal/node/node/server/compat/real-trackers.ts'
import { hash40 } from '@shoal/node/node/server/compat/torrent-finder.ts'
import { checkedTracker, checkedWebSeed } from '@shoal/torrent'
import { changes, type WebContext, type WebMethods } from './answer.ts'
import type { Params } from './params.ts'
import { Refusal } from './refusal.ts'
import { chosen, chosenOne } from './select.ts'

export const SOURCE_METHODS: WebMethods = {
  'torrents/addTrackers': changes(async (params, context) => {
    const lines = params.required('urls').split(/\r?\n/)
    const added = checkEntries('urls', lines, (line, number) =>
      line.trim() === '' ? '' : checkedTracker(line, number),
    )
    await changeTiers(params, context, tiers => {
      const known = new Set(tiers.flat())
      const urls = added.filter(url => url !== '' && !known.has(url))
      return [...tiers, ...urls.map(url => [url])]
    })
    return undefined
  }),
  'torrents/editTracker': changes(async (params, context) => {
    const [from, to] = [params.required('origUrl'), params.required('newUrl').trim()]
    if (!URL.canParse(to)) throw new Refusal(400, 'New tracker URL is invalid')
    await changeTiers(params, context, tiers => {
      if (tiers.flat().includes(to)) throw new Refusal(409, 'New tracker URL already exists')
      if (!tiers.flat().includes(from)) throw new Refusal(409, 'Tracker not found')
      return tiers.map(tier => tier.map(url => (url === from ? to : url)))
    })
    return undefined
  }),
  'torrents/removeTrackers': changes(async (params, context) => {
    params.required('urls')
    const removed = params.list('urls', '|')
    await changeTiers(params, context, tiers => {
      return tiers.map(tier => tier.filter(url => !removed.includes(url))).filter(tier => tier.length > 0)
    })
    return undefined
  }),
  'torrents/addWebSeeds': changes(async (params, context) => {
    const added = checkEntries('urls', params.list('urls', '|').map(decodePercent), checkedWebSeed)
    return changeWebSeeds(params, context, urls => [...new Set([...urls, ...added])])
  }),
  'torrents/removeWebSeeds': changes((params, context) =>
    changeWebSeeds(params, context, urls => {
      const removed = new Set(params.list('urls', '|').map(decodePercent))
      return urls.filter(url => !removed.has(url))
    }),
  ),
  'torrents/editWebSeed': changes(async (params, context) => {
    const [from, to] = [params.required('origUrl'), params.required('newUrl').trim()].map(decodePercent)
    if (!/^https?:/i.test(to!) || !URL.canParse(to!)) throw new Refusal(400, `"${to}" is not a valid URL`)
    await changeWebSeeds(params.with(new Map([['urls', to!]])), context, urls => {
      if (!urls.includes(from!)) throw new Refusal(409, `"${from}" is not an existing URL`)
      return urls.map(url => (url === from ? to! : url))
    })
    return undefined
  }),
  'torrents/addPeers': changes(async (params, context) => {
    params.required('peers')
    const given = params.list('peers', '|')
    const addresses = given.filter(isAddress)
    if (addresses.length === 0) throw new Refusal(400, 'No valid peers were specified')
    const told: Record<string, object> = {}
    for (const torrent of await chosen(params, context)) {
      await context.call('addPeers', { id: torrent.id, addresses })
      told[hash40(torrent)] = { added: addresses.length, failed: given.length - addresses.length }
    }
    return told
  }),
}

async function changeTiers(
  params: Params,
  context: WebContext,
  change: (tiers: string[][]) => string[][],
): Promise<void> {
  const { id } = await chosenOne(params, context)
  const { items } = await context.call('listTrackers', { id })
  await context.call('setTrackers', { id, tiers: change(groupByTier(items)) })
  context.facts.doubt([id])
}

async function changeWebSeeds(
  params: Params,
  context: WebContext,
  change: (urls: string[]) => string[],
): Promise<undefined> {
  params.required('urls')
  const { id } = await chosenOne(params, context)
  const { webSeeds } = await context.call('getTorrent', { id })
  await context.call('setWebSeeds', { id, urls: change(webSeeds) })
  context.facts.doubt([id])
  return undefined
}

function isAddress(text: string): boolean {
  const port = Number(/^(?:\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(text)?.[1])
  return port > 0 && port < 65_536
}
