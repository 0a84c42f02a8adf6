/**
 * Rules of automatic downloads. In qBittorrent a rule lists its feeds; in Shoal each feed has
 * filters, and filters of the same name form a rule. Rules without effect are stored separately.
 */
import type { Feed, FeedFilter } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import type { Call } from '@shoal/node/node/server/compat/call.ts'
import { matchTitles } from '../../feeds/node/service.ts'
import { changes, reads, type WebMethods } from './answer.ts'
import type { RuleDefinition } from './kept-store.ts'
import { Refusal } from './refusal.ts'
import { feedPath } from './rss.ts'

export const RULE_METHODS: WebMethods = {
  'rss/rules': reads(async (_, { call, kept }) => {
    const rules = groupRules((await call('listFeeds', {})).items)
    const working = [...rules].map(([name, { filter, feeds }]) => [name, ruleDef(filter, feeds)] as const)
    const resting = [...kept.rules()].map(([name, def]) => [name, restingDef(name, def)] as const)
    return Object.fromEntries([...resting, ...working])
  }),
  'rss/setRule': changes(async (params, { call, kept }) => {
    const name = params.required('ruleName').trim()
    if (name === '') throw new Refusal(400, 'ruleName is empty')
    const def = ruleJson(params.required('ruleDef'))
    const filter = parseFilter(name, def)
    const urls = affectedFeeds(def)
    const { items } = await call('listFeeds', {})
    const isWorking = def.enabled !== false && items.some(({ url }) => urls.includes(url))
    if (!isWorking) kept.putRule(name, def)
    await replace(name, feed => (isWorking && urls.includes(feed.url) ? filter : null), call)
    if (isWorking) kept.removeRule(name)
    return undefined
  }),
  'rss/renameRule': changes(async (params, { call, kept }) => {
    const [name, newName] = [params.required('ruleName').trim(), params.required('newRuleName').trim()]
    const rules = groupRules((await call('listFeeds', {})).items)
    const resting = kept.rules()
    const isKnown = (each: string) => rules.has(each) || resting.has(each)
    if (newName === '' || isKnown(newName) || !isKnown(name))
      throw new Refusal(409, 'Unable to rename the rule')
    const def = resting.get(name)
    if (def) kept.putRule(newName, def)
    kept.removeRule(name)
    await replace(name, (_, filter) => (filter ? { ...filter, name: newName } : null), call)
    return undefined
  }),
  'rss/removeRule': changes(async (params, { call, kept }) => {
    const name = params.required('ruleName').trim()
    kept.removeRule(name)
    await replace(name, () => null, call)
    return undefined
  }),
  'rss/matchingArticles': reads(async (params, { call, kept }) => {
    const name = params.required('ruleName')
    const { items } = await call('listFeeds', {})
    const rule = groupRules(items).get(name) ?? restingRule(name, kept.rules().get(name), items)
    const matching: Record<string, string[]> = {}
    for (const feed of rule?.feeds ?? []) {
      const all = (await call('listFeedItems', { id: feed.id, limit: 1000 })).items
      const [matches] = await matchTitles(
        [rule!.filter],
        all.map(({ title }) => title),
      )
      if (matches instanceof Failure) throw matches
      const titles = matches!.map(at => all[at]!.title)
      if (titles.length > 0) matching[feedPath(feed, items.slice(0, items.indexOf(feed)))] = titles
    }
    return matching
  }),
}

function affectedFeeds(def: RuleDefinition): string[] {
  const { affectedFeeds: urls } = def
  return Array.isArray(urls) ? urls.filter(url => typeof url === 'string') : []
}

/** A rule without effect at present: it is switched off, or has no feeds. */
function restingDef(name: string, def: RuleDefinition) {
  return {
    ...ruleDef(parseFilter(name, def), []),
    affectedFeeds: affectedFeeds(def),
    enabled: def.enabled !== false,
  }
}

function restingRule(
  name: string,
  def: RuleDefinition | undefined,
  feeds: readonly Feed[],
): Rule | undefined {
  if (!def) return undefined
  const urls = affectedFeeds(def)
  return { filter: parseFilter(name, def), feeds: feeds.filter(({ url }) => urls.includes(url)) }
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

/** A filter that was not created by this API has no name. */
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
