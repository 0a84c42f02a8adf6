/** Rules of automatic downloads. In qBittorrent a rule lists its feeds; here each feed has filters, and those of the same name are a rule. */
import type { Feed, FeedFilter } from '@shoal/api'
import { compileFilter } from '../../base/feed-filter.ts'
import type { Call } from '../server/compat/call.ts'
import { changes, reads, type WebMethods } from './answer.ts'
import { Refusal } from './refusal.ts'
import { feedPath } from './rss.ts'

export const RULE_METHODS: WebMethods = {
  'rss/rules': reads(async (_, { call }) => {
    const rules = groupRules((await call('listFeeds', {})).items)
    return Object.fromEntries([...rules].map(([name, { filter, feeds }]) => [name, ruleDef(filter, feeds)]))
  }),
  'rss/setRule': changes(async (params, { call }) => {
    const name = params.required('ruleName').trim()
    if (name === '') throw new Refusal(400, 'ruleName is empty')
    const def = ruleJson(params.required('ruleDef'))
    if (def.enabled === false) throw new Refusal(409, 'Rules cannot be disabled: remove the rule instead')
    const urls = Array.isArray(def.affectedFeeds) ? def.affectedFeeds : []
    await replace(name, feed => (urls.includes(feed.url) ? parseFilter(name, def) : null), call)
    return undefined
  }),
  'rss/renameRule': changes(async (params, { call }) => {
    const [name, newName] = [params.required('ruleName').trim(), params.required('newRuleName').trim()]
    const rules = groupRules((await call('listFeeds', {})).items)
    if (newName === '' || rules.has(newName) || !rules.has(name))
      throw new Refusal(409, 'Unable to rename the rule')
    await replace(name, (_, filter) => (filter ? { ...filter, name: newName } : null), call)
    return undefined
  }),
  'rss/removeRule': changes(async (params, { call }) => {
    await replace(params.required('ruleName').trim(), () => null, call)
    return undefined
  }),
  'rss/matchingArticles': reads(async (params, { call }) => {
    const { items } = await call('listFeeds', {})
    const rule = groupRules(items).get(params.required('ruleName'))
    const matching: Record<string, string[]> = {}
    for (const feed of rule?.feeds ?? []) {
      const filter = compileFilter(rule!.filter)
      const all = (await call('listFeedItems', { id: feed.id, limit: 1000 })).items
      const titles = all.map(({ title }) => title).filter(title => filter.matches(title))
      if (titles.length > 0) matching[feedPath(feed, items.slice(0, items.indexOf(feed)))] = titles
    }
    return matching
  }),
}

interface Rule {
  readonly filter: FeedFilter
  readonly feeds: Feed[]
}

function groupRules(feeds: readonly Feed[]): Map<string, Rule> {
  const rules = new Map<string, Rule>()
  for (const feed of feeds)
    for (const [at, filter] of feed.filters.entries()) {
      const name = createRuleName(filter, at, feed)
      const rule = rules.get(name) ?? { filter, feeds: [] }
      rule.feeds.push(feed)
      rules.set(name, rule)
    }
  return rules
}

/** A filter that was created elsewhere has no name. */
function createRuleName(filter: FeedFilter, at: number, feed: Feed): string {
  return filter.name ?? `${feed.title} ${at + 1}`
}

/** Replaces the filter with this name in each feed by another, or removes it. */
async function replace(
  name: string,
  parseFilter: (feed: Feed, filter: FeedFilter | undefined) => FeedFilter | null,
  call: Call,
): Promise<void> {
  for (const feed of (await call('listFeeds', {})).items) {
    const at = feed.filters.findIndex((filter, index) => createRuleName(filter, index, feed) === name)
    const filter = parseFilter(feed, feed.filters[at])
    if (at < 0 && !filter) continue
    const filters = feed.filters.filter((_, index) => index !== at)
    if (filter) filters.splice(at < 0 ? filters.length : at, 0, filter)
    await call('updateFeed', { id: feed.id, filters })
  }
}

function ruleDef({ include, exclude, label, directory, paused }: FeedFilter, feeds: readonly Feed[]) {
  const pattern = /^\/(.*)\/$/s
  const useRegex = pattern.test(include) || pattern.test(exclude)
  return {
    addPaused: paused,
    affectedFeeds: feeds.map(({ url }) => url),
    assignedCategory: label ?? '',
    enabled: true,
    episodeFilter: '',
    ignoreDays: 0,
    lastMatch: '',
    mustContain: include.replace(pattern, '$1'),
    mustNotContain: exclude.replace(pattern, '$1'),
    previouslyMatchedEpisodes: [],
    savePath: directory ?? '',
    smartFilter: false,
    torrentContentLayout: null,
    useRegex,
  }
}

function parseFilter(name: string, def: Readonly<Record<string, unknown>>): FeedFilter {
  const text = (member: string) => (typeof def[member] === 'string' ? def[member].trim() : '')
  const pattern = (words: string) => (def.useRegex === true && words !== '' ? `/${words}/` : words)
  if (text('episodeFilter') !== '') throw new Refusal(409, 'Shoal has no episode filter')
  return {
    name,
    include: pattern(text('mustContain')),
    exclude: pattern(text('mustNotContain')),
    label: text('assignedCategory') || null,
    directory: text('savePath') || null,
    paused: def.addPaused === true,
  }
}

function ruleJson(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>
  } catch {}
  throw new Refusal(400, 'ruleDef is not a JSON object')
}
